"""The allow-lists of the guard: forms, functions and types that only compute from their arguments.

Not on them: what makes rows from nothing (generate_series, unnest), what grows without bound (repeat, lpad,
string_agg), reads a clock, a setting, a file or the catalog, sleeps, locks or notifies. What is bounded by the values
written in it may be used all the same: see `guard_bounds`.
"""

from __future__ import annotations

import re

from sqlglot import exp

NODES: tuple[type[exp.Expr], ...] = (
    *(exp.Select, exp.From, exp.Where, exp.Join, exp.Lateral, exp.Group, exp.Having, exp.Order, exp.Ordered),
    *(exp.Limit, exp.Offset, exp.Fetch, exp.LimitOptions, exp.Distinct, exp.With, exp.CTE, exp.Subquery),
    *(exp.Union, exp.Intersect, exp.Except, exp.Values, exp.Tuple, exp.GroupingSets, exp.Rollup, exp.Cube),
    *(exp.Table, exp.TableAlias, exp.Identifier, exp.Column, exp.Star, exp.Alias, exp.Literal, exp.Boolean, exp.Null),
    *(exp.Var, exp.Interval, exp.DataType, exp.DataTypeParam, exp.Paren, exp.Not, exp.Neg, exp.And, exp.Or, exp.Xor),
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Is, exp.Like, exp.ILike, exp.Escape),
    *(exp.NullSafeEQ, exp.NullSafeNEQ, exp.SimilarTo, exp.Any, exp.All, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod),
    *(exp.IntDiv, exp.DPipe, exp.Filter, exp.Window, exp.WindowSpec, exp.WithinGroup, exp.AtTimeZone, exp.Bracket),
    *(exp.Collate, exp.Aliases, exp.IntervalSpan, exp.Slice, exp.Overlaps, exp.Kwarg, exp.HexString),
    *(exp.BitString, exp.Variadic, exp.Dot),
    *(exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseXor, exp.BitwiseNot, exp.BitwiseLeftShift, exp.BitwiseRightShift),
)

FUNCTIONS: tuple[type[exp.Func], ...] = (
    *(exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.LogicalAnd, exp.LogicalOr, exp.ArrayAgg, exp.Array),
    *(exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop, exp.PercentileCont, exp.PercentileDisc),
    *(exp.Mode, exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead),
    *(exp.FirstValue, exp.LastValue, exp.NthValue, exp.Grouping, exp.Exists, exp.Case, exp.If, exp.Coalesce),
    *(exp.Nullif, exp.Greatest, exp.Least, exp.Abs, exp.Round, exp.Ceil, exp.Floor, exp.Trunc, exp.Sign, exp.Sqrt),
    *(exp.Pow, exp.Cast, exp.Extract, exp.TimestampTrunc, exp.DateTrunc, exp.Date, exp.TimestampFromParts),
    *(exp.DateFromParts, exp.TimeToStr, exp.StrToDate, exp.StrToTime, exp.ToChar, exp.Lower, exp.Upper, exp.Trim),
    *(exp.Substring, exp.Left, exp.Right, exp.Length, exp.Concat, exp.Replace, exp.StrPosition, exp.SplitPart),
    *(exp.Initcap, exp.RegexpLike, exp.RegexpILike, exp.RegexpReplace, exp.RegexpCount, exp.RegexpSubstr),
    *(exp.AnyValue, exp.Corr, exp.CovarPop, exp.CovarSamp, exp.RegrSlope, exp.RegrIntercept, exp.RegrR2),
    *(exp.BitwiseAndAgg, exp.BitwiseOrAgg, exp.BitwiseXorAgg, exp.MakeInterval, exp.DateBin, exp.ToNumber),
    *(exp.JustifyDays, exp.JustifyHours, exp.JustifyInterval, exp.Exp, exp.Ln, exp.Log, exp.Cbrt, exp.WidthBucket),
    *(exp.Pi, exp.Degrees, exp.Radians, exp.Sin, exp.Cos, exp.Tan, exp.BitLength, exp.Translate, exp.Reverse),
    *(exp.Overlay, exp.StartsWith, exp.Ascii, exp.Chr, exp.MD5, exp.ArraySize, exp.ArrayPosition, exp.ArrayAppend),
    *(exp.ArrayPrepend, exp.ArrayConcat, exp.ArrayRemove, exp.ArrayContainsAll, exp.ArrayContainedBy),
    *(exp.ArrayOverlaps, exp.ArraySort, exp.ArrayReverse, exp.ArrayToString, exp.StringToArray, exp.RegexpInstr),
    *(exp.TimeFromParts, exp.UnixToTime, exp.DateAdd, exp.DateSub, exp.RegrCount, exp.RegrAvgx, exp.RegrAvgy),
    *(exp.RegrSxx, exp.RegrSxy, exp.RegrSyy, exp.Asin, exp.Acos, exp.Atan, exp.Atan2, exp.Cot, exp.Sinh, exp.Cosh),
    *(exp.Tanh, exp.Hex, exp.Normalize, exp.Encode, exp.BitwiseCount),
)

NAMED_FUNCTIONS = {
    *("make_date", "age", "isfinite", "btrim", "char_length", "octet_length", "regexp_match", "every", "all", "some"),
    *("row", "num_nulls", "num_nonnulls", "gcd", "lcm", "div", "scale", "min_scale", "trim_scale", "cardinality"),
    *("tsrange", "tstzrange", "daterange", "numrange", "int4range", "int8range", "isempty", "lower_inc", "upper_inc"),
    *("lower_inf", "upper_inf", "regr_count", "regr_avgx", "regr_avgy", "regr_sxx", "regr_sxy", "regr_syy"),
    *(
        "make_timestamptz",
        "timezone",
        "date_subtract",
        "asind",
        "acosd",
        "atand",
        "sind",
        "cosd",
        "tand",
        "erf",
        "erfc",
    ),
    *("quote_literal", "quote_ident", "quote_nullable", "unistr", "casefold", "regexp_split_to_array"),
    *("array_replace", "array_upper", "array_lower", "array_ndims", "array_positions", "array_dims", "trim_array"),
    *("range_merge", "range_agg", "range_intersect_agg", "int4multirange", "int8multirange", "nummultirange"),
    *("tsmultirange", "tstzmultirange", "datemultirange", "array_remove", "bit_count", "asinh", "acosh", "atanh"),
}

COLUMN_TYPES = {
    *(exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT, exp.DType.DECIMAL, exp.DType.FLOAT, exp.DType.DOUBLE),
    *(exp.DType.TEXT, exp.DType.VARCHAR, exp.DType.CHAR, exp.DType.BOOLEAN, exp.DType.DATE, exp.DType.TIME),
    *(exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.INTERVAL, exp.DType.ARRAY),
    *(exp.DType.TSRANGE, exp.DType.TSTZRANGE, exp.DType.DATERANGE, exp.DType.NUMRANGE),
    *(exp.DType.INT4RANGE, exp.DType.INT8RANGE, exp.DType.INT4MULTIRANGE, exp.DType.INT8MULTIRANGE),
    *(exp.DType.TSMULTIRANGE, exp.DType.TSTZMULTIRANGE, exp.DType.DATEMULTIRANGE, exp.DType.NUMMULTIRANGE),
    *(exp.DType.BPCHAR, exp.DType.NAME, exp.DType.TIMETZ, exp.DType.UUID, exp.DType.VARBINARY, exp.DType.BIT),
}

SYSTEM_COLUMNS = {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"}

SYSTEM_NAMES = ("pg_", "lo_", "txid_", "dblink")
SYSTEM_WORDS = {
    *("user", "current_user", "session_user", "system_user", "current_role", "current_catalog", "current_schema"),
}

CLOCK_WORD = re.compile(r"\s*(?:[\[({][^,]*?,?)?[\s\"]*(?:now|today|tomorrow|yesterday)(?![a-z_-])", re.IGNORECASE)
CLOCK = "a clock: the same data must always give the same rows"
_ROWS = (
    "a function that makes rows has no bound here: write its arguments as values, for at most 1,000 rows, or use VALUES"
)
_PADDED = "lpad(), rpad() and repeat() need a written length of at most 1,000: otherwise they have no bound"

REASONS = {
    "Command": "this is no SELECT: a query may only read",
    "Lock": "FOR UPDATE and FOR SHARE lock rows: a query may only read",
    "Into": "SELECT INTO makes a table: a query may only read",
    "Insert": "INSERT changes data: a query may only read",
    "Update": "UPDATE changes data: a query may only read",
    "Delete": "DELETE changes data: a query may only read",
    "Merge": "MERGE changes data: a query may only read",
    "TableSample": "TABLESAMPLE reads a part of the rows only",
    "Dot": "a function of another schema is not allowed",
    "Operator": "OPERATOR(…) is not needed here",
    "Parameter": "there are no parameters: write the value",
    "Placeholder": "there are no parameters: write the value",
    "ObjectIdentifier": "only the exercise's own tables may be read, no catalog",
    "CurrentDate": CLOCK,
    "CurrentTime": CLOCK,
    "CurrentTimestamp": CLOCK,
    "CurrentDatetime": CLOCK,
    "Localtime": CLOCK,
    "Localtimestamp": CLOCK,
    "Rand": "chance: the same data must always give the same rows",
    "Randn": "chance: the same data must always give the same rows",
    "Uuid": "chance: the same data must always give the same rows",
    "Explode": _ROWS,
    "ExplodingGenerateSeries": _ROWS,
    "GenerateSeries": _ROWS,
    "Unnest": _ROWS,
    "Repeat": _PADDED,
    "Pad": _PADDED,
    "GroupConcat": "string_agg() has no bound",
    "Set": "SET belongs into setup.sql",
}
