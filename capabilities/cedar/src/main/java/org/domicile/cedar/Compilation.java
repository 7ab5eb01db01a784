package org.domicile.cedar;

import java.util.List;
import java.util.Map;

/** Makes expressions ready to run. */
final class Compilation {
    private Compilation() {}

    static Node node(Expr expr) {
        return switch (expr) {
            case Expr.Literal(Value value, _) -> new Node.Constant(value);
            case Expr.Var(Expr.Variable variable, _) -> new Node.Var(variable);
            case Expr.Slot slot ->
                    throw new IllegalStateException(slot + " stands outside a scope");
            case Expr.If(Expr test, Expr then, Expr otherwise, _) ->
                    new Node.If(node(test), node(then), node(otherwise));
            case Expr.And(List<Expr> operands, _) -> new Node.And(nodes(operands));
            case Expr.Or(List<Expr> operands, _) -> new Node.Or(nodes(operands));
            case Expr.Not(Expr operand, _) -> new Node.Not(node(operand));
            case Expr.Negate(Expr operand, _) -> new Node.Negate(node(operand));
            case Expr.IsEmpty(Expr operand, _) -> new Node.IsEmpty(node(operand));
            case Expr.Binary binary -> binary(binary);
            case Expr.Call(ExtensionFunction function, List<Expr> arguments, _) ->
                    folded(new Node.Call(function, nodes(arguments)), arguments);
            case Expr.Attribute(Expr of, String name, _) -> new Node.Attribute(node(of), name);
            case Expr.Has(Expr of, String name, _) -> new Node.Has(node(of), name);
            case Expr.Like(Expr text, Pattern pattern, _) -> new Node.Like(node(text), pattern);
            case Expr.Is(Expr entity, String type, _) -> new Node.Is(node(entity), type);
            case Expr.SetOf(List<Expr> elements, _) ->
                    folded(new Node.SetOf(nodes(elements)), elements);
            case Expr.RecordOf(Map<String, Expr> fields, _) -> {
                List<Expr> values = List.copyOf(fields.values());
                yield folded(
                        new Node.RecordOf(List.copyOf(fields.keySet()), nodes(values)), values);
            }
        };
    }

    private static Node[] nodes(List<Expr> exprs) {
        Node[] nodes = new Node[exprs.size()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = node(exprs.get(i));
        }
        return nodes;
    }

    private static Node binary(Expr.Binary binary) {
        Node left = node(binary.left());
        Node right = node(binary.right());
        return switch (binary.operator()) {
            case EQUAL -> new Node.Equal(left, right);
            case LESS -> new Node.Compare(left, right, 0);
            case LESS_OR_EQUAL -> new Node.Compare(left, right, 1);
            case ADD, SUBTRACT, MULTIPLY -> new Node.Arithmetic(binary.operator(), left, right);
            case IN -> new Node.In(left, right);
            case CONTAINS -> new Node.Contains(left, right);
            case CONTAINS_ALL -> new Node.ContainsAll(left, right);
            case CONTAINS_ANY -> new Node.ContainsAny(left, right);
            case GET_TAG -> new Node.GetTag(left, right);
            case HAS_TAG -> new Node.HasTag(left, right);
        };
    }

    /** Sets, records and calls of constants are constants, or err each time. */
    private static Node folded(Node node, List<Expr> parts) {
        for (Expr part : parts) {
            if (!isConstant(part)) {
                return node;
            }
        }
        try {
            return new Node.Constant(node.value(Frame.NOBODY));
        } catch (EvaluationFailure e) {
            return new Node.Failing(String.valueOf(e.getMessage()));
        }
    }

    private static boolean isConstant(Expr expr) {
        return switch (expr) {
            case Expr.Literal _ -> true;
            case Expr.Call(_, List<Expr> arguments, _) ->
                    arguments.stream().allMatch(Compilation::isConstant);
            case Expr.SetOf(List<Expr> elements, _) ->
                    elements.stream().allMatch(Compilation::isConstant);
            case Expr.RecordOf(Map<String, Expr> fields, _) ->
                    fields.values().stream().allMatch(Compilation::isConstant);
            case Expr.Var _,
                    Expr.Slot _,
                    Expr.If _,
                    Expr.And _,
                    Expr.Or _,
                    Expr.Not _,
                    Expr.Negate _,
                    Expr.IsEmpty _,
                    Expr.Binary _,
                    Expr.Attribute _,
                    Expr.Has _,
                    Expr.Like _,
                    Expr.Is _ ->
                    false;
        };
    }
}
