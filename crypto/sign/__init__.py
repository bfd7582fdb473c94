"""Signs with one's own key: intake its day manifests, stations their replies and posts, roots the directory."""
