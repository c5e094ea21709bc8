"""Customers' money: priced calls, payments and monthly fees come in; ledger entries and statements go out."""
