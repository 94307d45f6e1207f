"""The page: a Scene, or a training, as one offline HTML file."""
