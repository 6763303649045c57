"""The forms of the protocol's messages: JSON and Protobuf, one model behind both."""
