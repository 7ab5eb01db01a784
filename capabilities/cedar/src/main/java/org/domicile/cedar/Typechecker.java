package org.domicile.cedar;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Types one policy for one kind of request: an action, a type of principal, a type of resource.
 * Strict, as the language's default: no value of two types, no empty set whose elements are
 * unknown, extension values from literals only.
 *
 * <p>What a {@code has} or {@code hasTag} has shown is carried along as a capability; an optional
 * attribute or a tag may be read only where that has been shown. Where an expression has no type,
 * the answer is null and the problem has been told; the rest is still looked at.
 */
final class Typechecker {
    private final Schema schema;
    private final Environment environment;
    private final BiConsumer<Place, String> problems;

    /**
     * @param principalSlot the type of what fills the slot, when the template has it
     */
    record Environment(
            Schema.ActionType action,
            String principal,
            String resource,
            @Nullable String principalSlot,
            @Nullable String resourceSlot) {}

    /** That an entity or record has an attribute, or an entity a tag. */
    private record Capability(Expr of, Expr key, Kind kind) {
        enum Kind {
            ATTRIBUTE,
            TAG
        }

        static Capability attribute(Expr of, String name) {
            return new Capability(
                    of, new Expr.Literal(new Value.Text(name), Place.UNKNOWN), Kind.ATTRIBUTE);
        }

        static Capability tag(Expr of, Expr key) {
            return new Capability(of, key, Kind.TAG);
        }
    }

    private record Answer(@Nullable Type type, Set<Capability> shown) {
        static final Answer NONE = new Answer(null, Set.of());

        static Answer of(Type type) {
            return new Answer(type, Set.of());
        }
    }

    Typechecker(Schema schema, Environment environment, BiConsumer<Place, String> problems) {
        this.schema = schema;
        this.environment = environment;
        this.problems = problems;
    }

    /** Whether the policy can apply to such a request; problems are told on the way. */
    boolean canApply(Expr policy) {
        return !Types.FALSE.equals(expect(policy, Set.of(), Types.BOOL).type());
    }

    private Answer problem(Expr expr, String problem) {
        problems.accept(expr.at(), problem);
        return Answer.NONE;
    }

    private static Set<Capability> union(Set<Capability> one, Set<Capability> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        Set<Capability> union = new HashSet<>(one);
        union.addAll(other);
        return union;
    }

    private static Set<Capability> intersection(Set<Capability> one, Set<Capability> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return Set.of();
        }
        Set<Capability> both = new HashSet<>(one);
        both.retainAll(other);
        return both;
    }

    /** The answer if its type is this one. */
    private Answer expect(Expr expr, Set<Capability> prior, Type expected) {
        Answer answer = check(expr, prior);
        if (answer.type() == null || Type.isSubtype(answer.type(), expected)) {
            return answer;
        }
        return problem(expr, "expected " + expected + ", found " + answer.type());
    }

    private @Nullable Type expectSet(Expr expr, Set<Capability> prior) {
        Type type = check(expr, prior).type();
        if (type == null || type instanceof Type.Many) {
            return type;
        }
        return problem(expr, "expected a set, found " + type).type();
    }

    private @Nullable String expectEntity(Expr expr, Set<Capability> prior) {
        Type type = check(expr, prior).type();
        if (type == null || type instanceof Type.Entity) {
            return type == null ? null : type.toString();
        }
        problem(expr, "expected an entity, found " + type);
        return null;
    }

    private @Nullable Type expectEntityOrRecord(Expr expr, Set<Capability> prior) {
        Type type = check(expr, prior).type();
        if (type == null || type instanceof Type.Entity || type instanceof Type.Fields) {
            return type;
        }
        return problem(expr, "expected an entity or a record, found " + type).type();
    }

    private Answer check(Expr expr, Set<Capability> prior) {
        return switch (expr) {
            case Expr.Literal(Value value, _) -> literal(value);
            case Expr.Var(Expr.Variable variable, _) ->
                    Answer.of(
                            switch (variable) {
                                case PRINCIPAL -> new Type.Entity(environment.principal());
                                case ACTION -> new Type.Entity(environment.action().uid().type());
                                case RESOURCE -> new Type.Entity(environment.resource());
                                case CONTEXT -> environment.action().context();
                            });
            case Expr.Slot(Slot slot, _) -> {
                String type =
                        switch (slot) {
                            case PRINCIPAL -> environment.principalSlot();
                            case RESOURCE -> environment.resourceSlot();
                        };
                yield type == null ? Answer.NONE : Answer.of(new Type.Entity(type));
            }
            case Expr.If choice -> checkIf(choice, prior);
            case Expr.And(List<Expr> operands, _) -> {
                Answer left = expect(operands.getFirst(), prior, Types.BOOL);
                for (Expr right : operands.subList(1, operands.size())) {
                    left = and(left, right, prior);
                }
                yield left;
            }
            case Expr.Or(List<Expr> operands, _) -> {
                Answer left = expect(operands.getFirst(), prior, Types.BOOL);
                for (Expr right : operands.subList(1, operands.size())) {
                    left = or(left, right, prior);
                }
                yield left;
            }
            case Expr.Not(Expr operand, _) -> {
                Type type = expect(operand, prior, Types.BOOL).type();
                yield type instanceof Type.Truth(Type.Known known)
                        ? Answer.of(
                                switch (known) {
                                    case TRUE -> Types.FALSE;
                                    case FALSE -> Types.TRUE;
                                    case EITHER -> Types.BOOL;
                                })
                        : Answer.NONE;
            }
            case Expr.Negate(Expr operand, _) -> expect(operand, prior, Types.WHOLE);
            case Expr.IsEmpty(Expr operand, _) ->
                    expectSet(operand, prior) == null ? Answer.NONE : Answer.of(Types.BOOL);
            case Expr.Binary binary -> binary(binary, prior);
            case Expr.Call call -> call(call, prior);
            case Expr.Attribute attribute -> attribute(attribute, prior);
            case Expr.Has has -> has(has, prior);
            case Expr.Like(Expr text, _, _) ->
                    expect(text, prior, Types.TEXT).type() == null
                            ? Answer.NONE
                            : Answer.of(Types.BOOL);
            case Expr.Is(Expr entity, String type, _) -> {
                String found = expectEntity(entity, prior);
                yield found == null ? Answer.NONE : Answer.of(Types.known(found.equals(type)));
            }
            case Expr.SetOf set -> set(set, prior);
            case Expr.RecordOf(Map<String, Expr> fields, _) -> record(fields, prior);
        };
    }

    private Answer literal(Value value) {
        return switch (value) {
            case Value.Bool(boolean flag) -> Answer.of(Types.known(flag));
            case Value.Whole _ -> Answer.of(Types.WHOLE);
            case Value.Text _ -> Answer.of(Types.TEXT);
            case EntityUid uid -> {
                // That a name is unknown is told once for the policy, not for each environment.
                boolean known =
                        uid.isAction() ? schema.find(uid) != null : schema.type(uid.type()) != null;
                yield known ? Answer.of(new Type.Entity(uid.type())) : Answer.NONE;
            }
            case Value.Many _, Value.Fields _, Decimal _, IpAddress _, Datetime _, Duration _ ->
                    throw new IllegalStateException("no literal: " + value);
        };
    }

    private Answer checkIf(Expr.If choice, Set<Capability> prior) {
        Answer test = expect(choice.test(), prior, Types.BOOL);
        if (Types.TRUE.equals(test.type())) {
            Answer then = check(choice.then(), union(prior, test.shown()));
            return new Answer(then.type(), union(then.shown(), test.shown()));
        }
        if (Types.FALSE.equals(test.type())) {
            return check(choice.otherwise(), prior);
        }
        Answer then = check(choice.then(), union(prior, test.shown()));
        Answer otherwise = check(choice.otherwise(), prior);
        if (test.type() == null || then.type() == null || otherwise.type() == null) {
            return Answer.NONE;
        }
        Type bound = Type.leastUpperBound(then.type(), otherwise.type());
        if (bound == null) {
            return problem(
                    choice,
                    "the branches of `if` have different types, "
                            + then.type()
                            + " and "
                            + otherwise.type());
        }
        return new Answer(
                bound, intersection(otherwise.shown(), union(then.shown(), test.shown())));
    }

    private Answer and(Answer left, Expr right, Set<Capability> prior) {
        if (Types.FALSE.equals(left.type())) {
            return Answer.of(Types.FALSE);
        }
        Answer answer = expect(right, union(prior, left.shown()), Types.BOOL);
        if (Types.FALSE.equals(answer.type())) {
            return left.type() == null ? Answer.NONE : Answer.of(Types.FALSE);
        }
        if (left.type() == null || answer.type() == null) {
            return Answer.NONE;
        }
        if (Types.TRUE.equals(answer.type())) {
            return new Answer(left.type(), union(left.shown(), answer.shown()));
        }
        if (Types.TRUE.equals(left.type())) {
            return answer;
        }
        return new Answer(Types.BOOL, union(left.shown(), answer.shown()));
    }

    private Answer or(Answer left, Expr right, Set<Capability> prior) {
        if (Types.TRUE.equals(left.type())) {
            return left;
        }
        Answer answer = expect(right, prior, Types.BOOL);
        if (left.type() == null || answer.type() == null) {
            return Answer.NONE;
        }
        if (Types.TRUE.equals(answer.type())) {
            return answer;
        }
        if (Types.FALSE.equals(answer.type())) {
            return left;
        }
        if (Types.FALSE.equals(left.type())) {
            return answer;
        }
        return new Answer(Types.BOOL, intersection(left.shown(), answer.shown()));
    }

    private Answer binary(Expr.Binary binary, Set<Capability> prior) {
        return switch (binary.operator()) {
            case EQUAL -> equal(binary, prior);
            case LESS, LESS_OR_EQUAL -> compare(binary, prior);
            case ADD, SUBTRACT, MULTIPLY -> {
                Type left = expect(binary.left(), prior, Types.WHOLE).type();
                Type right = expect(binary.right(), prior, Types.WHOLE).type();
                yield left == null || right == null ? Answer.NONE : Answer.of(Types.WHOLE);
            }
            case IN -> in(binary, prior);
            case CONTAINS -> {
                Type set = expectSet(binary.left(), prior);
                Type element = check(binary.right(), prior).type();
                yield set instanceof Type.Many(Type inner, _) && element != null
                        ? alike(binary, inner, element)
                        : Answer.NONE;
            }
            case CONTAINS_ALL, CONTAINS_ANY -> {
                Type left = expectSet(binary.left(), prior);
                Type right = expectSet(binary.right(), prior);
                yield left == null || right == null ? Answer.NONE : alike(binary, left, right);
            }
            case HAS_TAG -> hasTag(binary, prior);
            case GET_TAG -> getTag(binary, prior);
        };
    }

    /** Two types that have a common one, so that comparing their values means something. */
    private Answer alike(Expr.Binary binary, Type left, Type right) {
        if (Type.leastUpperBound(left, right) == null) {
            return problem(
                    binary,
                    "`"
                            + binary.operator().word()
                            + "` compares values of different types, "
                            + left
                            + " and "
                            + right);
        }
        return Answer.of(Types.BOOL);
    }

    private Answer equal(Expr.Binary binary, Set<Capability> prior) {
        Type left = check(binary.left(), prior).type();
        Type right = check(binary.right(), prior).type();
        if (left == null || right == null) {
            return Answer.NONE;
        }
        if (left instanceof Type.Entity && right instanceof Type.Entity && !left.equals(right)) {
            return Answer.of(Types.FALSE);
        }
        Value one = known(binary.left());
        Value other = known(binary.right());
        if (one != null && other != null) {
            return Answer.of(Types.known(one.equals(other)));
        }
        return alike(binary, left, right);
    }

    /** The value of a literal, and of the action, which the environment says. */
    private @Nullable Value known(Expr expr) {
        if (expr instanceof Expr.Literal(Value value, _)) {
            return value;
        }
        return expr instanceof Expr.Var(Expr.Variable variable, _)
                        && variable == Expr.Variable.ACTION
                ? environment.action().uid()
                : null;
    }

    private static boolean isOrdered(Type type) {
        return type.equals(Types.WHOLE)
                || (type instanceof Type.Extension extension && extension.isOrdered());
    }

    private Answer compare(Expr.Binary binary, Set<Capability> prior) {
        Type left = check(binary.left(), prior).type();
        Type right = check(binary.right(), prior).type();
        if (left == null || right == null) {
            return Answer.NONE;
        }
        if (left.equals(right) && isOrdered(left)) {
            return Answer.of(Types.BOOL);
        }
        return problem(
                binary,
                "expected two of Long, datetime or duration to compare, found "
                        + left
                        + " and "
                        + right);
    }

    private Answer in(Expr.Binary binary, Set<Capability> prior) {
        String left = expectEntity(binary.left(), prior);
        Type groups = check(binary.right(), prior).type();
        if (left == null || groups == null) {
            return Answer.NONE;
        }
        Type element = groups instanceof Type.Many(Type inner, _) ? inner : groups;
        if (!(element instanceof Type.Entity(String right))) {
            return problem(
                    binary.right(), "expected an entity or a set of entities, found " + groups);
        }
        List<EntityUid> knownGroups = knownGroups(binary.right());
        if (known(binary.left()) instanceof EntityUid action
                && action.isAction()
                && knownGroups != null) {
            return actionIn(action, knownGroups);
        }
        boolean possible = schema.typesIn(right).contains(left) || isActionTypeIn(left, right);
        return Answer.of(possible ? Types.BOOL : Types.FALSE);
    }

    private @Nullable List<EntityUid> knownGroups(Expr expr) {
        List<EntityUid> groups = new ArrayList<>();
        List<Expr> elements =
                expr instanceof Expr.SetOf(List<Expr> inner, _) ? inner : List.of(expr);
        for (Expr element : elements) {
            if (!(known(element) instanceof EntityUid uid)) {
                return null;
            }
            groups.add(uid);
        }
        return groups;
    }

    private Answer actionIn(EntityUid action, List<EntityUid> groups) {
        boolean found = false;
        for (EntityUid group : groups) {
            if (group.isAction()) {
                Schema.ActionType type = schema.find(group);
                if (type == null) {
                    return Answer.NONE;
                }
                found = found || group.equals(action) || type.descendants().contains(action);
            }
        }
        return Answer.of(Types.known(found));
    }

    private boolean isActionTypeIn(String left, String right) {
        for (Schema.ActionType action : schema.actions()) {
            if (action.uid().type().equals(right)) {
                for (EntityUid descendant : action.descendants()) {
                    if (descendant.type().equals(left)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private @Nullable Type tags(String entity) {
        Schema.EntityType type = schema.type(entity);
        return type == null ? null : type.tags();
    }

    private Answer hasTag(Expr.Binary binary, Set<Capability> prior) {
        String entity = expectEntity(binary.left(), prior);
        Type tag = expect(binary.right(), prior, Types.TEXT).type();
        if (entity == null || tag == null) {
            return Answer.NONE;
        }
        Capability shown = Capability.tag(binary.left(), binary.right());
        Type type =
                tags(entity) == null
                        ? Types.FALSE
                        : prior.contains(shown) ? Types.TRUE : Types.BOOL;
        return new Answer(type, Set.of(shown));
    }

    private Answer getTag(Expr.Binary binary, Set<Capability> prior) {
        String entity = expectEntity(binary.left(), prior);
        Type tag = expect(binary.right(), prior, Types.TEXT).type();
        if (entity == null || tag == null) {
            return Answer.NONE;
        }
        if (!prior.contains(Capability.tag(binary.left(), binary.right()))) {
            return problem(
                    binary,
                    "the tag "
                            + binary.right()
                            + " may not be there; ask with `hasTag` before, joined by `&&`");
        }
        Type type = tags(entity);
        return type == null
                ? problem(binary, "entities of type " + entity + " have no tags")
                : Answer.of(type);
    }

    private Type.@Nullable Field field(Type type, String name) {
        return switch (type) {
            case Type.Fields(SortedMap<String, Type.Field> fields, _) -> fields.get(name);
            case Type.Entity(String entity) -> {
                Schema.EntityType declared = schema.type(entity);
                yield declared == null ? null : declared.attributes().fields().get(name);
            }
            case Type.Truth _, Type.Whole _, Type.Text _, Type.Extension _, Type.Many _ -> null;
        };
    }

    private Answer attribute(Expr.Attribute attribute, Set<Capability> prior) {
        Type of = expectEntityOrRecord(attribute.of(), prior);
        if (of == null) {
            return Answer.NONE;
        }
        Type.Field field = field(of, attribute.name());
        String quoted = Escapes.quoted(attribute.name());
        if (field == null) {
            return problem(attribute, of + " has no attribute " + quoted);
        }
        if (!field.isRequired()
                && !prior.contains(Capability.attribute(attribute.of(), attribute.name()))) {
            return problem(
                    attribute,
                    "the attribute "
                            + quoted
                            + " of "
                            + of
                            + " is optional; ask with `has` before, joined by `&&`");
        }
        return Answer.of(field.type());
    }

    private Answer has(Expr.Has has, Set<Capability> prior) {
        Type of = expectEntityOrRecord(has.of(), prior);
        if (of == null) {
            return Answer.NONE;
        }
        Type.Field field = field(of, has.name());
        if (field == null) {
            return Answer.of(Types.FALSE);
        }
        Capability shown = Capability.attribute(has.of(), has.name());
        // An entity may have a required attribute and yet not exist.
        boolean certain =
                prior.contains(shown) || (field.isRequired() && of instanceof Type.Fields);
        return new Answer(certain ? Types.TRUE : Types.BOOL, Set.of(shown));
    }

    private Answer set(Expr.SetOf set, Set<Capability> prior) {
        if (set.elements().isEmpty()) {
            return problem(set, "the type of an empty set is unknown, so it may not stand here");
        }
        Type bound = null;
        boolean failed = false;
        for (Expr element : set.elements()) {
            Type type = check(element, prior).type();
            if (type == null || failed) {
                failed = true;
                continue;
            }
            Type wider = bound == null ? type : Type.leastUpperBound(bound, type);
            if (wider == null) {
                problem(set, "a set has elements of different types, " + bound + " and " + type);
                failed = true;
            } else {
                bound = wider;
            }
        }
        return failed || bound == null ? Answer.NONE : Answer.of(new Type.Many(bound));
    }

    private Answer record(Map<String, Expr> fields, Set<Capability> prior) {
        SortedMap<String, Type.Field> types = new TreeMap<>();
        boolean failed = false;
        for (Map.Entry<String, Expr> entry : fields.entrySet()) {
            Type type = check(entry.getValue(), prior).type();
            if (type == null) {
                failed = true;
            } else {
                types.put(entry.getKey(), new Type.Field(type, Type.Need.REQUIRED));
            }
        }
        return failed ? Answer.NONE : Answer.of(new Type.Fields(types));
    }

    private Answer call(Expr.Call call, Set<Capability> prior) {
        ExtensionFunction function = call.function();
        List<Expr> arguments = call.arguments();
        List<Type> parameters = function.parameters();
        if (arguments.size() != parameters.size()) {
            return problem(
                    call,
                    "`%s` takes %d arguments, found %d"
                            .formatted(
                                    function.functionName(), parameters.size(), arguments.size()));
        }
        if (function.isConstructor()) {
            if (!(arguments.getFirst() instanceof Expr.Literal(Value value, _))) {
                return problem(
                        call,
                        "`" + function.functionName() + "` takes a literal, not an expression");
            }
            if (value instanceof Value.Text) {
                try {
                    function.apply(new Value[] {value});
                } catch (EvaluationFailure e) {
                    return problem(call, String.valueOf(e.getMessage()));
                }
            }
        }
        boolean failed = false;
        for (int i = 0; i < arguments.size(); i++) {
            failed |= expect(arguments.get(i), prior, parameters.get(i)).type() == null;
        }
        return failed ? Answer.NONE : Answer.of(function.result());
    }
}
