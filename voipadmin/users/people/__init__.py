"""People: forms about users, their roles and one's own profile come in; users that are saved or gone go out."""
