"""A call's life: asked about, answered, prolonged, ended; and what would be answered to it, for the simulator."""
