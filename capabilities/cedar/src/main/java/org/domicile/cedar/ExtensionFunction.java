package org.domicile.cedar;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The functions of the extension types: constructors are called by name, others as methods. */
enum ExtensionFunction {
    DECIMAL("decimal", List.of(Types.TEXT), Types.DECIMAL) {
        @Override
        Value apply(Value[] arguments) {
            return Decimal.parse(text(arguments[0]));
        }
    },
    LESS_THAN("lessThan", List.of(Types.DECIMAL, Types.DECIMAL), Types.BOOL) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(decimal(arguments[0]) < decimal(arguments[1]));
        }
    },
    LESS_THAN_OR_EQUAL("lessThanOrEqual", List.of(Types.DECIMAL, Types.DECIMAL), Types.BOOL) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(decimal(arguments[0]) <= decimal(arguments[1]));
        }
    },
    GREATER_THAN("greaterThan", List.of(Types.DECIMAL, Types.DECIMAL), Types.BOOL) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(decimal(arguments[0]) > decimal(arguments[1]));
        }
    },
    GREATER_THAN_OR_EQUAL("greaterThanOrEqual", List.of(Types.DECIMAL, Types.DECIMAL), Types.BOOL) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(decimal(arguments[0]) >= decimal(arguments[1]));
        }
    },
    IP("ip", List.of(Types.TEXT), Types.IPADDR) {
        @Override
        Value apply(Value[] arguments) {
            return IpAddress.parse(text(arguments[0]));
        }
    },
    IS_IPV4("isIpv4", List.of(Types.IPADDR), Types.BOOL) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(address(arguments[0]).family() == IpAddress.Family.V4);
        }
    },
    IS_IPV6("isIpv6", List.of(Types.IPADDR), Types.BOOL) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(address(arguments[0]).family() == IpAddress.Family.V6);
        }
    },
    IS_LOOPBACK("isLoopback", List.of(Types.IPADDR), Types.BOOL) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(address(arguments[0]).isLoopback());
        }
    },
    IS_MULTICAST("isMulticast", List.of(Types.IPADDR), Types.BOOL) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(address(arguments[0]).isMulticast());
        }
    },
    IS_IN_RANGE("isInRange", List.of(Types.IPADDR, Types.IPADDR), Types.BOOL) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(address(arguments[0]).isInRange(address(arguments[1])));
        }
    },
    DATETIME("datetime", List.of(Types.TEXT), Types.DATETIME) {
        @Override
        Value apply(Value[] arguments) {
            return Datetime.parse(text(arguments[0]));
        }
    },
    DURATION("duration", List.of(Types.TEXT), Types.DURATION) {
        @Override
        Value apply(Value[] arguments) {
            return Duration.parse(text(arguments[0]));
        }
    },
    OFFSET("offset", List.of(Types.DATETIME, Types.DURATION), Types.DATETIME) {
        @Override
        Value apply(Value[] arguments) {
            return moment(arguments[0]).offset(length(arguments[1]));
        }
    },
    DURATION_SINCE("durationSince", List.of(Types.DATETIME, Types.DATETIME), Types.DURATION) {
        @Override
        Value apply(Value[] arguments) {
            return moment(arguments[0]).since(moment(arguments[1]));
        }
    },
    TO_DATE("toDate", List.of(Types.DATETIME), Types.DATETIME) {
        @Override
        Value apply(Value[] arguments) {
            return moment(arguments[0]).toDate();
        }
    },
    TO_TIME("toTime", List.of(Types.DATETIME), Types.DURATION) {
        @Override
        Value apply(Value[] arguments) {
            return moment(arguments[0]).toTime();
        }
    },
    TO_MILLISECONDS("toMilliseconds", List.of(Types.DURATION), Types.WHOLE) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(length(arguments[0]).milliseconds());
        }
    },
    TO_SECONDS("toSeconds", List.of(Types.DURATION), Types.WHOLE) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(length(arguments[0]).milliseconds() / 1000);
        }
    },
    TO_MINUTES("toMinutes", List.of(Types.DURATION), Types.WHOLE) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(length(arguments[0]).milliseconds() / 60_000);
        }
    },
    TO_HOURS("toHours", List.of(Types.DURATION), Types.WHOLE) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(length(arguments[0]).milliseconds() / 3_600_000);
        }
    },
    TO_DAYS("toDays", List.of(Types.DURATION), Types.WHOLE) {
        @Override
        Value apply(Value[] arguments) {
            return Value.of(length(arguments[0]).milliseconds() / 86_400_000);
        }
    };

    private static final Map<String, ExtensionFunction> BY_NAME = new HashMap<>();

    static {
        for (ExtensionFunction function : values()) {
            BY_NAME.put(function.functionName, function);
        }
    }

    private final String functionName;

    @SuppressWarnings("ImmutableEnumChecker") // an immutable list
    private final List<Type> parameters;

    @SuppressWarnings("ImmutableEnumChecker") // types are immutable records
    private final Type result;

    ExtensionFunction(String functionName, List<Type> parameters, Type result) {
        this.functionName = functionName;
        this.parameters = parameters;
        this.result = result;
    }

    /** The arguments are as many as the parameters; their types are not checked yet. */
    abstract Value apply(Value[] arguments);

    static @Nullable ExtensionFunction named(String name) {
        return BY_NAME.get(name);
    }

    String functionName() {
        return functionName;
    }

    List<Type> parameters() {
        return parameters;
    }

    Type result() {
        return result;
    }

    /** Whether it makes a value of its type from a string. */
    boolean isConstructor() {
        return parameters.getFirst().equals(Types.TEXT);
    }

    Value call(Value[] arguments) {
        if (arguments.length != parameters.size()) {
            throw new EvaluationFailure(
                    "%s takes %d arguments, found %d"
                            .formatted(functionName, parameters.size(), arguments.length));
        }
        return apply(arguments);
    }

    private static <T extends Value> T as(Class<T> kind, String name, Value value) {
        if (kind.isInstance(value)) {
            return kind.cast(value);
        }
        throw EvaluationFailure.type(name, value);
    }

    // The functions below are for the bodies above.

    static String text(Value value) {
        return as(Value.Text.class, "string", value).value();
    }

    static long decimal(Value value) {
        return as(Decimal.class, "decimal", value).value();
    }

    static IpAddress address(Value value) {
        return as(IpAddress.class, "ipaddr", value);
    }

    static Datetime moment(Value value) {
        return as(Datetime.class, "datetime", value);
    }

    static Duration length(Value value) {
        return as(Duration.class, "duration", value);
    }

    /** The constructor of a type, by the type. */
    static Function<String, Value> constructor(Type.Extension type) {
        return switch (type.kind()) {
            case DECIMAL -> Decimal::parse;
            case IPADDR -> IpAddress::parse;
            case DATETIME -> Datetime::parse;
            case DURATION -> Duration::parse;
        };
    }
}
