"""What people are told: the home page, news, documents, messages and mails."""
