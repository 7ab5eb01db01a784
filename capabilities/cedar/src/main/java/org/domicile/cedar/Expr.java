package org.domicile.cedar;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An expression. The forms that are written in terms of others are gone: {@code a > b} is {@code
 * !(a <= b)}, {@code a != b} is {@code !(a == b)}, {@code e has a.b} is {@code e has a && e.a has
 * b}, {@code e is T in x} is {@code e is T && e in x}.
 */
sealed interface Expr {
    Place at();

    /** A boolean, a number, a string or the name of an entity. */
    record Literal(Value value, Place at) implements Expr {
        @Override
        public String toString() {
            return value.toString();
        }
    }

    /** The parts of a request. */
    enum Variable {
        PRINCIPAL("principal"),
        ACTION("action"),
        RESOURCE("resource"),
        CONTEXT("context");

        private final String word;

        Variable(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    record Var(Variable variable, Place at) implements Expr {
        @Override
        public String toString() {
            return variable.word();
        }
    }

    /** A slot of a template; in scopes only. */
    record Slot(org.domicile.cedar.Slot slot, Place at) implements Expr {
        @Override
        public String toString() {
            return slot.toString();
        }
    }

    record If(Expr test, Expr then, Expr otherwise, Place at) implements Expr {
        @Override
        public String toString() {
            return "if " + test + " then " + then + " else " + otherwise;
        }
    }

    /** Two or more operands, the first of which is not itself an And. */
    record And(List<Expr> operands, Place at) implements Expr {
        public And {
            operands = List.copyOf(operands);
        }

        @Override
        public String toString() {
            return joined(operands, " && ");
        }
    }

    /** Two or more operands, the first of which is not itself an Or. */
    record Or(List<Expr> operands, Place at) implements Expr {
        public Or {
            operands = List.copyOf(operands);
        }

        @Override
        public String toString() {
            return joined(operands, " || ");
        }
    }

    record Not(Expr operand, Place at) implements Expr {
        @Override
        public String toString() {
            return "!(" + operand + ")";
        }
    }

    record Negate(Expr operand, Place at) implements Expr {
        @Override
        public String toString() {
            return "-(" + operand + ")";
        }
    }

    record IsEmpty(Expr operand, Place at) implements Expr {
        @Override
        public String toString() {
            return operand + ".isEmpty()";
        }
    }

    /** The operators with two operands. */
    enum Operator {
        EQUAL("=="),
        LESS("<"),
        LESS_OR_EQUAL("<="),
        ADD("+"),
        SUBTRACT("-"),
        MULTIPLY("*"),
        IN("in"),
        CONTAINS("contains"),
        CONTAINS_ALL("containsAll"),
        CONTAINS_ANY("containsAny"),
        GET_TAG("getTag"),
        HAS_TAG("hasTag");

        private final String word;

        Operator(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    record Binary(Operator operator, Expr left, Expr right, Place at) implements Expr {
        @Override
        public String toString() {
            return "(" + left + ") " + operator.word() + " (" + right + ")";
        }
    }

    record Call(ExtensionFunction function, List<Expr> arguments, Place at) implements Expr {
        public Call {
            arguments = List.copyOf(arguments);
        }

        @Override
        public String toString() {
            return function.functionName() + "(" + joined(arguments, ", ") + ")";
        }
    }

    record Attribute(Expr of, String name, Place at) implements Expr {
        @Override
        public String toString() {
            return of + (Names.isIdentifier(name) ? "." + name : "[" + Escapes.quoted(name) + "]");
        }
    }

    record Has(Expr of, String name, Place at) implements Expr {
        @Override
        public String toString() {
            return of + " has " + Escapes.quoted(name);
        }
    }

    record Like(Expr text, Pattern pattern, Place at) implements Expr {
        @Override
        public String toString() {
            return text + " like " + pattern;
        }
    }

    record Is(Expr entity, String type, Place at) implements Expr {
        @Override
        public String toString() {
            return entity + " is " + type;
        }
    }

    record SetOf(List<Expr> elements, Place at) implements Expr {
        public SetOf {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            return "[" + joined(elements, ", ") + "]";
        }
    }

    record RecordOf(Map<String, Expr> fields, Place at) implements Expr {
        @Override
        public String toString() {
            return fields.entrySet().stream()
                    .map(field -> Escapes.quoted(field.getKey()) + ": " + field.getValue())
                    .collect(Collectors.joining(", ", "{", "}"));
        }
    }

    /** The expressions directly inside. */
    default List<Expr> parts() {
        return switch (this) {
            case Literal _, Var _, Slot _ -> List.of();
            case If(Expr test, Expr then, Expr otherwise, _) -> List.of(test, then, otherwise);
            case And(List<Expr> operands, _) -> operands;
            case Or(List<Expr> operands, _) -> operands;
            case Not(Expr operand, _) -> List.of(operand);
            case Negate(Expr operand, _) -> List.of(operand);
            case IsEmpty(Expr operand, _) -> List.of(operand);
            case Binary(_, Expr left, Expr right, _) -> List.of(left, right);
            case Call(_, List<Expr> arguments, _) -> arguments;
            case Attribute(Expr of, _, _) -> List.of(of);
            case Has(Expr of, _, _) -> List.of(of);
            case Like(Expr text, _, _) -> List.of(text);
            case Is(Expr entity, _, _) -> List.of(entity);
            case SetOf(List<Expr> elements, _) -> elements;
            case RecordOf(Map<String, Expr> fields, _) -> List.copyOf(fields.values());
        };
    }

    private static String joined(List<Expr> parts, String seam) {
        return parts.stream().map(Expr::toString).collect(Collectors.joining(seam));
    }
}
