// The log methods are extension methods of ILogger: every shell that has a logger uses them.
global using Perdure.Telemetry;
