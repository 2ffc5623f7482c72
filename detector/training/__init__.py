"""How a model version comes to be: datasets, augmentation, fitting, evaluation. Nothing at run time imports it."""
