"""RabbitMQ: one topic exchange, a quorum queue per purpose with retries and dead letters, publishing with confirms."""
