"""The company that runs the installation: what people enter on its page comes in; issuer, terms and sender go out."""
