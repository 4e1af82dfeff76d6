"""Who asks: sign-in, roles, invitations, tokens, and what each route asks of its visitor."""
