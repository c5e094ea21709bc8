"""Pure rating, without an ORM: a call's facts and a price book in, charges and costs out."""
