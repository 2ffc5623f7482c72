"""What looks at pictures: camera frames in, facts about hens out."""
