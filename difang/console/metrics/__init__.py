"""What an outside monitor reads: /metrics, /healthz, /readyz."""
