using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddPerdure();
builder.Services.AddSingleton<Mail>();
WebApplication app = builder.Build();
app.MapPerdure();
app.Run();
