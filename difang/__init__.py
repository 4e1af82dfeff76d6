"""difang 地方: collects the regional channels of People's Daily Online and makes them searchable."""

__version__ = "0.1.0"
