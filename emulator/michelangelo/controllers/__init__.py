"""The platform's controllers: each watches a resource and brings what is there closer to what is asked for."""
