"""The bank's side of PayZen and its sisters SystemPay, Scellius and Sogecommerce (Lyra): one protocol, many names."""
