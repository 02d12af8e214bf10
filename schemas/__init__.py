"""The JSON Schemas of every manifest and plan, for the loader, for editors and for anyone who reads plans."""
