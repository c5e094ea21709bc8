"""Money: tariffs, carriers' price lists and spooled call records come in; priced calls and ledgers go out."""
