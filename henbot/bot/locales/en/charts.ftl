# What stands on charts, and what is said where they cannot be drawn.
chart-eggs-day = Eggs a day
chart-eggs-week = Eggs a week
chart-eggs-month = Eggs a month
chart-hours = Hours of laying
chart-known-hours = { $eggs } of a known hour
chart-nest-time = Time on the nest a day
chart-calendar = Calendar of eggs
chart-no-eggs = no eggs
chart-unwatched = not watched
chart-nobody = not known whose
chart-minutes = { $number } min
chart-none = no egg
chart-probably = probably
chart-egg = egg
chart-eggs = eggs that day
charts-missing = I could draw this too, once charts are installed: <code>pip install 'henbot[charts]'</code>
charts-failed = The picture did not come out this time; the numbers above are complete.
