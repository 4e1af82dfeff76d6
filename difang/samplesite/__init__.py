"""A replica of the regional site, and the replay of captured pages: forward proxies, apart from the product."""
