"""The active probe: does one backend answer TCP, TLS and HTTP as API Gateway needs it to? Reads only; GET and HEAD."""
