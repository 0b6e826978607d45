"""Where noise touches the machine: dpkg's files and lock, logrotate's, files read once."""
