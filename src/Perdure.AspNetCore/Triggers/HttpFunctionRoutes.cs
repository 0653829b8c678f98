using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Perdure.AspNetCore.Hosting;
using Perdure.Functions;

namespace Perdure.AspNetCore.Triggers;

/// <summary>Maps the functions with an HTTP trigger.</summary>
internal static class HttpFunctionRoutes
{
    /// <exception cref="FunctionDiscoveryException">Something is wrong with at least one of the functions.</exception>
    public static void Map(IEndpointRouteBuilder endpoints, PerdureHttp http)
    {
        IServiceProvider services = endpoints.ServiceProvider;
        HttpFunctions functions = http.Node.Functions.Http;
        List<string> problems = [];
        List<HttpFunction?> compiled = [];
        HttpBody body = new(http.Options.MaxBodyBytes);
        ParameterPolicyFactory? policies = services.GetService<ParameterPolicyFactory>();
        foreach (FunctionDescription function in functions.All)
        {
            HttpRoute? route = HttpRoute.Read(function, http.Options.RoutePrefix ?? "", policies, problems);
            compiled.Add(new HttpFunctionCompiler(function, functions, route, body, problems).Compile());
        }
        Compare([.. compiled.OfType<HttpFunction>()], problems);
        if (problems.Count > 0)
            throw new FunctionDiscoveryException([.. problems.Distinct()]);

        FunctionAccess access = new(http.Access, http.Options);
        HttpAnswers answers = new(new ActionResultServices(services));
        http.Functions = [.. compiled.OfType<HttpFunction>()];
        foreach (HttpFunction function in http.Functions)
        {
            HttpFunctionEndpoint handler = new(function, access, answers, http);
            IEndpointConventionBuilder endpoint = endpoints.Map(function.Route.Pattern, handler.HandleAsync);
            endpoint.WithDisplayName($"Function {function.Name}");
            if (function.Route.Methods.Count > 0)
                endpoint.WithMetadata(new HttpMethodMetadata(function.Route.Methods));
            TriggerLog.Served(http.Log, function.Name, function.Route.Pattern.RawText, function.Route.MethodsText);
        }
        functions.Serve();
    }

    private static void Compare(HttpFunction[] functions, List<string> problems)
    {
        for (int i = 0; i < functions.Length; i++)
        {
            for (int j = i + 1; j < functions.Length; j++)
            {
                if (functions[i].Route.Collides(functions[j].Route))
                    problems.Add($"The functions '{functions[i].Name}' and '{functions[j].Name}' have the same route "
                        + $"'{functions[j].Route.Pattern.RawText}' and a method in common; "
                        + "one of them could never be called.");
            }
        }
    }
}
