"""The way to the controller: identity, the chain of evidence, enrolment, the client."""
