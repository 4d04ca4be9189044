delete self.EventSource;
