package org.domicile.cedar;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what would err or could never apply before a policy decides anything. A set without
 * findings does not err on any request and entities that conform to the schema, but for numbers
 * that overflow and entities that do not exist.
 */
public final class Validator {
    private final Schema schema;
    private final Set<Finding> errors = new LinkedHashSet<>();
    private final List<Finding> warnings = new ArrayList<>();

    private Validator(Schema schema) {
        this.schema = schema;
    }

    /**
     * Something wrong in a policy.
     *
     * @param line from 1; 0 when it concerns no place in a text
     * @param column from 1; 0 when it concerns no place in a text
     */
    public record Finding(String policy, int line, int column, String message) {
        @Override
        public String toString() {
            return line > 0
                    ? policy + ", line " + line + ", column " + column + ": " + message
                    : policy + ": " + message;
        }
    }

    /**
     * @param errors the set is valid when there are none
     * @param warnings policies that can never apply
     */
    public record Findings(List<Finding> errors, List<Finding> warnings) {
        public Findings {
            errors = List.copyOf(errors);
            warnings = List.copyOf(warnings);
        }

        public boolean isValid() {
            return errors.isEmpty();
        }
    }

    /** Validates policies, templates and links, in strict mode. */
    public static Findings validate(PolicySet policies, Schema schema) {
        Validator validator = new Validator(schema);
        for (Template template : policies.openTemplates()) {
            validator.validate(template);
        }
        for (Policy policy : policies.policies()) {
            if (policy.links().isEmpty()) {
                validator.validate(policy.template());
            } else {
                validator.validateLink(policy);
            }
        }
        return new Findings(List.copyOf(validator.errors), validator.warnings);
    }

    /**
     * The template has been validated for whatever can be put into its slots; what is left is that
     * this is of a type that there is, and that some action still applies.
     */
    private void validateLink(Policy link) {
        Template template = link.template();
        for (EntityUid uid : link.links().values()) {
            checkType(template, uid.type(), template.at());
        }
        checkApplication(template);
    }

    private void validate(Template template) {
        checkNames(template);
        checkApplication(template);
        Expr whole = template.whole();
        boolean possible = false;
        for (Schema.ActionType action : schema.actions()) {
            for (String principal : action.principals()) {
                for (String resource : action.resources()) {
                    possible |= canApply(template, whole, action, principal, resource);
                }
            }
        }
        if (!possible) {
            warnings.add(finding(template, template.at(), "the policy can never apply"));
        }
    }

    private boolean canApply(
            Template template,
            Expr whole,
            Schema.ActionType action,
            String principal,
            String resource) {
        boolean possible = false;
        for (@Nullable String principalSlot : fillings(template.principal(), principal)) {
            for (@Nullable String resourceSlot : fillings(template.resource(), resource)) {
                Typechecker.Environment environment =
                        new Typechecker.Environment(
                                action, principal, resource, principalSlot, resourceSlot);
                possible |=
                        new Typechecker(
                                        schema,
                                        environment,
                                        (at, problem) -> errors.add(finding(template, at, problem)))
                                .canApply(whole);
            }
        }
        return possible;
    }

    /** The types of what a link may put into the slot, or nothing when there is no slot. */
    private List<@Nullable String> fillings(Constraint constraint, String type) {
        List<@Nullable String> fillings = new ArrayList<>();
        if (!constraint.isOpen()) {
            fillings.add(null);
            return fillings;
        }
        fillings.add(type);
        if (!(constraint instanceof Constraint.Equal)) {
            for (Schema.EntityType group : schema.types()) {
                if (group.descendants().contains(type)) {
                    fillings.add(group.name());
                }
            }
        }
        return fillings;
    }

    private static Finding finding(Template template, Place at, String message) {
        return new Finding(template.id(), at.line(), at.column(), message);
    }

    private void error(Template template, Place at, String message) {
        errors.add(finding(template, at, message));
    }

    /** Every name in the policy is declared, whether or not anything depends on it. */
    private void checkNames(Template template) {
        for (Constraint constraint : List.of(template.principal(), template.resource())) {
            String type = constraint.type();
            if (type != null) {
                checkType(template, type, template.at());
            }
            EntityUid uid = constraint.uid();
            if (uid != null) {
                checkUid(template, uid, template.at());
            }
        }
        for (EntityUid uid : template.action().uids()) {
            checkUid(template, uid, template.at());
        }
        checkNames(template, template.conditions());
    }

    private void checkNames(Template template, Expr expr) {
        if (expr instanceof Expr.Literal(EntityUid uid, Place at)) {
            checkUid(template, uid, at);
        } else if (expr instanceof Expr.Is(_, String type, Place at)) {
            checkType(template, type, at);
        }
        for (Expr part : expr.parts()) {
            checkNames(template, part);
        }
    }

    private void checkType(Template template, String type, Place at) {
        if (!schema.isKnownType(type)) {
            error(template, at, "the schema declares no entity type " + type);
        }
    }

    private void checkUid(Template template, EntityUid uid, Place at) {
        checkType(template, uid.type(), at);
        if (uid.isAction()) {
            if (schema.find(uid) == null) {
                error(template, at, "the schema declares no action " + uid);
            }
            return;
        }
        Schema.EntityType type = schema.type(uid.type());
        if (type != null && type.choices() != null && !type.choices().contains(uid.id())) {
            error(template, at, "there is no " + uid + "; its type has the ids " + type.choices());
        }
    }

    /** Some action that the scope names applies to some principal and resource that it names. */
    private void checkApplication(Template template) {
        Set<String> principals = satisfying(template.principal());
        Set<String> resources = satisfying(template.resource());
        for (Schema.ActionType action : satisfying(template.action())) {
            if (meets(action.principals(), principals) && meets(action.resources(), resources)) {
                return;
            }
        }
        error(
                template,
                template.at(),
                "no action applies to what the scope of the policy asks for");
    }

    private static boolean meets(Set<String> one, Set<String> other) {
        for (String element : one) {
            if (other.contains(element)) {
                return true;
            }
        }
        return false;
    }

    private Set<String> allTypes() {
        Set<String> names = new HashSet<>();
        for (Schema.EntityType type : schema.types()) {
            names.add(type.name());
        }
        return names;
    }

    private Set<String> satisfying(Constraint constraint) {
        return switch (constraint) {
            case Constraint.Any _ -> allTypes();
            case Constraint.Equal(Constraint.Reference to) -> {
                EntityUid uid = to.uid();
                yield uid == null ? allTypes() : Set.of(uid.type());
            }
            case Constraint.In(Constraint.Reference group) -> {
                EntityUid uid = group.uid();
                yield uid == null ? allTypes() : schema.typesIn(uid.type());
            }
            case Constraint.Is(String type) -> schema.isKnownType(type) ? Set.of(type) : Set.of();
            case Constraint.IsIn(String type, Constraint.Reference group) -> {
                EntityUid uid = group.uid();
                boolean possible =
                        uid == null
                                ? schema.isKnownType(type)
                                : schema.typesIn(uid.type()).contains(type);
                yield possible ? Set.of(type) : Set.of();
            }
        };
    }

    private List<Schema.ActionType> satisfying(ActionConstraint constraint) {
        return switch (constraint) {
            case ActionConstraint.Any _ -> List.copyOf(schema.actions());
            case ActionConstraint.Equal(EntityUid uid) -> {
                Schema.ActionType action = schema.find(uid);
                yield action == null ? List.of() : List.of(action);
            }
            case ActionConstraint.In(List<EntityUid> groups) -> {
                List<Schema.ActionType> satisfying = new ArrayList<>();
                for (EntityUid uid : groups) {
                    Schema.ActionType group = schema.find(uid);
                    if (group == null) {
                        yield List.of();
                    }
                    satisfying.add(group);
                    for (EntityUid descendant : group.descendants()) {
                        Schema.ActionType action = schema.find(descendant);
                        if (action != null) {
                            satisfying.add(action);
                        }
                    }
                }
                yield satisfying;
            }
        };
    }
}
