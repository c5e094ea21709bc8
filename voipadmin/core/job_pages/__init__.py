"""Pages and API of jobs: a user's jobs come in; a list, a page, the drawer of the frame and files go out."""
