package org.domicile.cedar;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An expression made ready to run: what is constant is computed, operators are chosen. A node
 * answers as a boolean or a number without making an object for it where its kind allows.
 */
abstract class Node {
    abstract Value value(Frame frame);

    boolean test(Frame frame) {
        Value value = value(frame);
        if (value instanceof Value.Bool(boolean flag)) {
            return flag;
        }
        throw EvaluationFailure.type("bool", value);
    }

    long number(Frame frame) {
        Value value = value(frame);
        if (value instanceof Value.Whole(long number)) {
            return number;
        }
        throw EvaluationFailure.type("long", value);
    }

    final EntityUid entity(Frame frame) {
        Value value = value(frame);
        if (value instanceof EntityUid uid) {
            return uid;
        }
        throw EvaluationFailure.type("entity", value);
    }

    final String text(Frame frame) {
        Value value = value(frame);
        if (value instanceof Value.Text(String text)) {
            return text;
        }
        throw EvaluationFailure.type("string", value);
    }

    final Set<Value> elements(Frame frame) {
        Value value = value(frame);
        if (value instanceof Value.Many(Set<Value> elements)) {
            return elements;
        }
        throw EvaluationFailure.type("set", value);
    }

    /** A node whose answer is a boolean. */
    abstract static class Truth extends Node {
        @Override
        abstract boolean test(Frame frame);

        @Override
        final Value value(Frame frame) {
            return Value.of(test(frame));
        }
    }

    /** A node whose answer is a number. */
    abstract static class Count extends Node {
        @Override
        abstract long number(Frame frame);

        @Override
        final Value value(Frame frame) {
            return new Value.Whole(number(frame));
        }
    }

    static final class Constant extends Node {
        final Value constant;

        Constant(Value constant) {
            this.constant = constant;
        }

        @Override
        Value value(Frame frame) {
            return constant;
        }
    }

    /** What errs whenever it is evaluated. */
    static final class Failing extends Node {
        private final String problem;

        Failing(String problem) {
            this.problem = problem;
        }

        @Override
        Value value(Frame frame) {
            throw new EvaluationFailure(problem);
        }
    }

    static final class Var extends Node {
        private final Expr.Variable variable;

        Var(Expr.Variable variable) {
            this.variable = variable;
        }

        @Override
        Value value(Frame frame) {
            return switch (variable) {
                case PRINCIPAL -> frame.principal;
                case ACTION -> frame.action;
                case RESOURCE -> frame.resource;
                case CONTEXT -> frame.context;
            };
        }
    }

    static final class If extends Node {
        private final Node test;
        private final Node then;
        private final Node otherwise;

        If(Node test, Node then, Node otherwise) {
            this.test = test;
            this.then = then;
            this.otherwise = otherwise;
        }

        @Override
        Value value(Frame frame) {
            return test.test(frame) ? then.value(frame) : otherwise.value(frame);
        }
    }

    static final class And extends Truth {
        private final Node[] operands;

        And(Node[] operands) {
            this.operands = operands;
        }

        @Override
        boolean test(Frame frame) {
            for (Node operand : operands) {
                if (!operand.test(frame)) {
                    return false;
                }
            }
            return true;
        }
    }

    static final class Or extends Truth {
        private final Node[] operands;

        Or(Node[] operands) {
            this.operands = operands;
        }

        @Override
        boolean test(Frame frame) {
            for (Node operand : operands) {
                if (operand.test(frame)) {
                    return true;
                }
            }
            return false;
        }
    }

    static final class Not extends Truth {
        private final Node operand;

        Not(Node operand) {
            this.operand = operand;
        }

        @Override
        boolean test(Frame frame) {
            return !operand.test(frame);
        }
    }

    static final class Negate extends Count {
        private final Node operand;

        Negate(Node operand) {
            this.operand = operand;
        }

        @Override
        long number(Frame frame) {
            long number = operand.number(frame);
            if (number == Long.MIN_VALUE) {
                throw new EvaluationFailure("-(" + number + ") overflows");
            }
            return -number;
        }
    }

    static final class Equal extends Truth {
        private final Node left;
        private final Node right;

        Equal(Node left, Node right) {
            this.left = left;
            this.right = right;
        }

        @Override
        boolean test(Frame frame) {
            return left.value(frame).equals(right.value(frame));
        }
    }

    static final class Compare extends Truth {
        private final Node left;
        private final Node right;
        private final int bound;

        /** {@code left < right}, or {@code left <= right} with a bound of 1. */
        Compare(Node left, Node right, int bound) {
            this.left = left;
            this.right = right;
            this.bound = bound;
        }

        @Override
        boolean test(Frame frame) {
            if (left instanceof Count && right instanceof Count) {
                return Long.compare(left.number(frame), right.number(frame)) < bound;
            }
            Value one = left.value(frame);
            Value other = right.value(frame);
            return compare(one, other) < bound;
        }

        private static int compare(Value one, Value other) {
            if (one instanceof Value.Whole(long a) && other instanceof Value.Whole(long b)) {
                return Long.compare(a, b);
            }
            if (one instanceof Datetime(long a) && other instanceof Datetime(long b)) {
                return Long.compare(a, b);
            }
            if (one instanceof Duration(long a) && other instanceof Duration(long b)) {
                return Long.compare(a, b);
            }
            throw new EvaluationFailure(
                    "cannot compare "
                            + one.typeName()
                            + " with "
                            + other.typeName()
                            + "; expected two of long, datetime or duration");
        }
    }

    static final class Arithmetic extends Count {
        private final Expr.Operator operator;
        private final Node left;
        private final Node right;

        Arithmetic(Expr.Operator operator, Node left, Node right) {
            this.operator = operator;
            this.left = left;
            this.right = right;
        }

        @Override
        long number(Frame frame) {
            long a = left.number(frame);
            long b = right.number(frame);
            try {
                return switch (operator) {
                    case ADD -> Math.addExact(a, b);
                    case SUBTRACT -> Math.subtractExact(a, b);
                    case MULTIPLY -> Math.multiplyExact(a, b);
                    case EQUAL,
                            LESS,
                            LESS_OR_EQUAL,
                            IN,
                            CONTAINS,
                            CONTAINS_ALL,
                            CONTAINS_ANY,
                            GET_TAG,
                            HAS_TAG ->
                            throw new IllegalStateException(operator.name());
                };
            } catch (ArithmeticException e) {
                throw new EvaluationFailure(a + " " + operator.word() + " " + b + " overflows");
            }
        }
    }

    static final class In extends Truth {
        private final Node entity;
        private final Node groups;

        In(Node entity, Node groups) {
            this.entity = entity;
            this.groups = groups;
        }

        @Override
        boolean test(Frame frame) {
            EntityUid uid = entity.entity(frame);
            Value right = groups.value(frame);
            if (right instanceof EntityUid group) {
                return frame.isIn(uid, group);
            }
            if (!(right instanceof Value.Many(Set<Value> elements))) {
                throw EvaluationFailure.type("entity or set of entities", right);
            }
            boolean found = false;
            for (Value element : elements) {
                if (!(element instanceof EntityUid group)) {
                    throw EvaluationFailure.type("set of entities, with an entity", element);
                }
                found = found || frame.isIn(uid, group);
            }
            return found;
        }
    }

    static final class Contains extends Truth {
        private final Node set;
        private final Node element;

        Contains(Node set, Node element) {
            this.set = set;
            this.element = element;
        }

        @Override
        boolean test(Frame frame) {
            Value left = set.value(frame);
            Value right = element.value(frame);
            if (left instanceof Value.Many(Set<Value> elements)) {
                return elements.contains(right);
            }
            throw EvaluationFailure.type("set", left);
        }
    }

    static final class ContainsAll extends Truth {
        private final Node left;
        private final Node right;

        ContainsAll(Node left, Node right) {
            this.left = left;
            this.right = right;
        }

        @Override
        boolean test(Frame frame) {
            Set<Value> elements = left.elements(frame);
            return elements.containsAll(right.elements(frame));
        }
    }

    static final class ContainsAny extends Truth {
        private final Node left;
        private final Node right;

        ContainsAny(Node left, Node right) {
            this.left = left;
            this.right = right;
        }

        @Override
        boolean test(Frame frame) {
            Set<Value> elements = left.elements(frame);
            for (Value element : right.elements(frame)) {
                if (elements.contains(element)) {
                    return true;
                }
            }
            return false;
        }
    }

    static final class IsEmpty extends Truth {
        private final Node set;

        IsEmpty(Node set) {
            this.set = set;
        }

        @Override
        boolean test(Frame frame) {
            return set.elements(frame).isEmpty();
        }
    }

    static final class HasTag extends Truth {
        private final Node entity;
        private final Node tag;

        HasTag(Node entity, Node tag) {
            this.entity = entity;
            this.tag = tag;
        }

        @Override
        boolean test(Frame frame) {
            EntityUid uid = entity.entity(frame);
            String name = tag.text(frame);
            Entity found = frame.find(uid);
            return found != null && found.tags().containsKey(name);
        }
    }

    static final class GetTag extends Node {
        private final Node entity;
        private final Node tag;

        GetTag(Node entity, Node tag) {
            this.entity = entity;
            this.tag = tag;
        }

        @Override
        Value value(Frame frame) {
            EntityUid uid = entity.entity(frame);
            String name = tag.text(frame);
            Value value = frame.existing(uid).tags().get(name);
            if (value == null) {
                throw new EvaluationFailure(uid + " has no tag " + Escapes.quoted(name));
            }
            return value;
        }
    }

    static final class Attribute extends Node {
        private final Node of;
        private final String name;

        Attribute(Node of, String name) {
            this.of = of;
            this.name = name;
        }

        @Override
        Value value(Frame frame) {
            Value from = of.value(frame);
            if (from instanceof Value.Fields(Map<String, Value> values)) {
                Value value = values.get(name);
                if (value == null) {
                    throw new EvaluationFailure(
                            "the record has no attribute " + Escapes.quoted(name));
                }
                return value;
            }
            if (from instanceof EntityUid uid) {
                Value value = frame.existing(uid).attributes().get(name);
                if (value == null) {
                    throw new EvaluationFailure(uid + " has no attribute " + Escapes.quoted(name));
                }
                return value;
            }
            throw EvaluationFailure.type("record or entity", from);
        }
    }

    static final class Has extends Truth {
        private final Node of;
        private final String name;

        Has(Node of, String name) {
            this.of = of;
            this.name = name;
        }

        @Override
        boolean test(Frame frame) {
            Value from = of.value(frame);
            if (from instanceof Value.Fields(Map<String, Value> values)) {
                return values.containsKey(name);
            }
            if (from instanceof EntityUid uid) {
                Entity entity = frame.find(uid);
                return entity != null && entity.attributes().containsKey(name);
            }
            throw EvaluationFailure.type("record or entity", from);
        }
    }

    static final class Like extends Truth {
        private final Node text;
        private final Pattern pattern;

        Like(Node text, Pattern pattern) {
            this.text = text;
            this.pattern = pattern;
        }

        @Override
        boolean test(Frame frame) {
            return pattern.matches(text.text(frame));
        }
    }

    static final class Is extends Truth {
        private final Node entity;
        private final String type;

        Is(Node entity, String type) {
            this.entity = entity;
            this.type = type;
        }

        @Override
        boolean test(Frame frame) {
            return entity.entity(frame).type().equals(type);
        }
    }

    static final class SetOf extends Node {
        private final Node[] elements;

        SetOf(Node[] elements) {
            this.elements = elements;
        }

        @Override
        Value value(Frame frame) {
            Set<Value> values = HashSet.newHashSet(elements.length);
            for (Node element : elements) {
                values.add(element.value(frame));
            }
            return new Value.Many(values);
        }
    }

    static final class RecordOf extends Node {
        private final List<String> names;
        private final Node[] values;

        RecordOf(List<String> names, Node[] values) {
            this.names = names;
            this.values = values;
        }

        @Override
        Value value(Frame frame) {
            Map<String, Value> fields = HashMap.newHashMap(values.length);
            for (int i = 0; i < values.length; i++) {
                fields.put(names.get(i), values[i].value(frame));
            }
            return new Value.Fields(fields);
        }
    }

    static final class Call extends Node {
        private final ExtensionFunction function;
        private final Node[] arguments;

        Call(ExtensionFunction function, Node[] arguments) {
            this.function = function;
            this.arguments = arguments;
        }

        @Override
        Value value(Frame frame) {
            Value[] values = new Value[arguments.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = arguments[i].value(frame);
            }
            return function.call(values);
        }
    }
}
