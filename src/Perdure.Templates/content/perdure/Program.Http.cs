using Perdure;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddPerdure(); // Finds the functions of this program; their progress is kept in ./perdure.db.
var app = builder.Build();
app.MapPerdure(); // The management API. Until you set keys, it serves this machine only.
await app.RunAsync(); // What an earlier run has left unfinished goes on from here.
