"""Long work as rows: what somebody asks for comes in; a worker does it, tells how far it is, and leaves its result."""
