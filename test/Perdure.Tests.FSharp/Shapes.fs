namespace Perdure.Tests.FSharp

/// Unions of every kind that the compiler represents in its own way.
type Shape =
    | Empty
    | Circle of radius: float
    | Box of width: float * height: float
    | Group of Shape list

type Color =
    | Red
    | Green

type OrderId = OrderId of string

type Pair =
    | One of int
    | Two of int * string

[<Struct>]
type Measure =
    | Meters of meters: float
    | Feet of feet: int
    | Unknown

type Maybe<'T> =
    | Just of 'T
    | Nothing

type Order =
    { Id: OrderId
      Shape: Shape
      Note: string option
      Lines: Map<string, int>
      Tags: string list }
