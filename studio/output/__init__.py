"""From clips to what the user gets: scenes, films, storyboards."""
