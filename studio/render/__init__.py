"""From steps to clips: one step is drawn, encoded and handed back; a farm of processes does many at once."""
