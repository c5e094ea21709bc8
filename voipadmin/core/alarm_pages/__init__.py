"""The pages and the API of alarms: what people see of them and decide about them comes in, domain calls go out."""
