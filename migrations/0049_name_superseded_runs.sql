-- A run that was asked for and gave way to the slot of its task is superseded, the field's own word.
UPDATE runs SET outcome = 'superseded' WHERE outcome = 'gave_way';
