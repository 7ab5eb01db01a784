package org.domicile.cedar;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads Cedar's schema language into declarations, whose names are not resolved yet. */
final class SchemaParser {
    private static final int DEEPEST = 128;

    private final Tokens tokens;
    private int nesting;

    private SchemaParser(String text) throws CedarException {
        tokens = new Tokens(text);
    }

    /** A name as it is written, with or without a namespace. */
    record Name(String text, Place at) {}

    /** A type as it is written. */
    sealed interface Written {
        record Named(Name name) implements Written {}

        record Many(Written element) implements Written {}

        record Fields(Map<String, Field> fields) implements Written {}

        record Field(Written type, Type.Need need) {}
    }

    record EntityDeclaration(
            List<Name> names,
            List<Name> parents,
            Written.Fields attributes,
            @Nullable Written tags,
            @Nullable Set<String> choices) {}

    /** A group of an action: the type is null when only the id is written. */
    record ActionName(@Nullable String type, String id, Place at) {}

    record ActionDeclaration(
            List<Name> names,
            List<ActionName> parents,
            List<Name> principals,
            List<Name> resources,
            Written context) {}

    record TypeDeclaration(Name name, Written type) {}

    /** The declarations of a namespace; those outside any are in the one named "". */
    record Namespace(
            String name,
            List<EntityDeclaration> entities,
            List<ActionDeclaration> actions,
            List<TypeDeclaration> types) {
        Namespace(String name) {
            this(name, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    static List<Namespace> parse(String text) throws CedarException {
        SchemaParser parser = new SchemaParser(text);
        Map<String, Namespace> namespaces = new LinkedHashMap<>();
        Namespace outside = new Namespace("");
        namespaces.put("", outside);
        while (!parser.tokens.atEnd()) {
            parser.annotations();
            if (parser.tokens.peek().isWord("namespace")) {
                parser.tokens.next();
                Name name = parser.path();
                checkUnreserved(name);
                Namespace namespace = new Namespace(name.text());
                if (namespaces.putIfAbsent(name.text(), namespace) != null) {
                    throw new CedarException(
                            name.at(), "the namespace `" + name.text() + "` is declared twice");
                }
                parser.tokens.expect("{");
                while (!parser.tokens.skip("}")) {
                    parser.annotations();
                    parser.declaration(namespace);
                }
            } else {
                parser.declaration(outside);
            }
        }
        return List.copyOf(namespaces.values());
    }

    private static void checkUnreserved(Name name) throws CedarException {
        for (String part : name.text().split("::", -1)) {
            if (part.equals(Names.CEDAR)) {
                throw new CedarException(
                        name.at(), "the name `" + Names.CEDAR + "` belongs to the language");
            }
        }
    }

    private void annotations() throws CedarException {
        Set<String> seen = new HashSet<>();
        while (tokens.skip("@")) {
            Token key = tokens.word("the name of an annotation");
            if (!seen.add(key.text())) {
                throw new CedarException(
                        key.at(), "the annotation `@" + key.text() + "` stands here twice");
            }
            if (tokens.skip("(")) {
                tokens.string("the annotation's value, a string");
                tokens.expect(")");
            }
        }
    }

    private void declaration(Namespace namespace) throws CedarException {
        Token word = tokens.next();
        if (word.isWord("entity")) {
            namespace.entities().add(entity());
        } else if (word.isWord("action")) {
            namespace.actions().add(action(word.at()));
        } else if (word.isWord("type")) {
            Name name = identifier();
            checkUnreserved(name);
            tokens.expect("=");
            namespace.types().add(new TypeDeclaration(name, type()));
            tokens.expect(";");
        } else {
            throw Tokens.unexpected(word, "`entity`, `action`, `type` or `namespace`");
        }
    }

    /** One identifier that no reserved word is. */
    private Name identifier() throws CedarException {
        Token token = tokens.word("a name");
        if (Names.isReserved(token.text())) {
            throw new CedarException(
                    token.at(), "`" + token.text() + "` is a reserved word and cannot be a name");
        }
        return new Name(token.text(), token.at());
    }

    /** A name with namespaces; stops before a {@code ::} that no name follows. */
    private Name path() throws CedarException {
        Name first = identifier();
        StringBuilder text = new StringBuilder(first.text());
        while (tokens.peek().is("::") && tokens.peekSecond().kind() == Token.Kind.IDENTIFIER) {
            tokens.next();
            text.append("::").append(identifier().text());
        }
        return new Name(text.toString(), first.at());
    }

    /** An identifier or a string. */
    private Name nameOrString() throws CedarException {
        Token token = tokens.peek();
        if (token.kind() == Token.Kind.STRING) {
            return new Name(tokens.string("a name"), token.at());
        }
        return identifier();
    }

    private EntityDeclaration entity() throws CedarException {
        List<Name> names = new ArrayList<>();
        do {
            Name name = identifier();
            checkUnreserved(name);
            names.add(name);
        } while (tokens.skip(","));
        if (tokens.skipWord("enum")) {
            tokens.expect("[");
            Set<String> choices = new HashSet<>();
            do {
                choices.add(tokens.string("an id in quotes"));
            } while (tokens.skip(","));
            tokens.expect("]");
            tokens.expect(";");
            return new EntityDeclaration(
                    names, List.of(), new Written.Fields(Map.of()), null, choices);
        }
        List<Name> parents = tokens.skipWord("in") ? pathOrPaths() : List.of();
        Written.Fields attributes = new Written.Fields(Map.of());
        if (tokens.skip("=")) {
            tokens.expect("{");
            attributes = fields();
        } else if (tokens.skip("{")) {
            attributes = fields();
        }
        Written tags = tokens.skipWord("tags") ? type() : null;
        Token token = tokens.peek();
        if (!tokens.skip(";")) {
            throw Tokens.unexpected(token, "`in`, `enum`, `{`, `tags` or `;`");
        }
        return new EntityDeclaration(names, parents, attributes, tags, null);
    }

    private List<Name> pathOrPaths() throws CedarException {
        if (!tokens.skip("[")) {
            return List.of(path());
        }
        List<Name> paths = new ArrayList<>();
        if (tokens.skip("]")) {
            return paths;
        }
        do {
            paths.add(path());
        } while (tokens.skip(","));
        tokens.expect("]");
        return paths;
    }

    private ActionDeclaration action(Place at) throws CedarException {
        List<Name> names = new ArrayList<>();
        do {
            names.add(nameOrString());
        } while (tokens.skip(","));
        List<ActionName> parents = tokens.skipWord("in") ? actionNames() : List.of();
        ActionDeclaration declaration =
                tokens.skipWord("appliesTo")
                        ? applied(names, parents, at)
                        : new ActionDeclaration(
                                names, parents, List.of(), List.of(), new Written.Fields(Map.of()));
        if (tokens.skipWord("attributes")) {
            tokens.expect("{");
            tokens.expect("}");
        }
        Token token = tokens.peek();
        if (!tokens.skip(";")) {
            throw Tokens.unexpected(token, "`in`, `appliesTo` or `;`");
        }
        return declaration;
    }

    private List<ActionName> actionNames() throws CedarException {
        List<ActionName> names = new ArrayList<>();
        if (!tokens.skip("[")) {
            names.add(actionName());
            return names;
        }
        do {
            names.add(actionName());
        } while (tokens.skip(","));
        tokens.expect("]");
        return names;
    }

    private ActionName actionName() throws CedarException {
        Token token = tokens.peek();
        if (token.kind() == Token.Kind.STRING) {
            return new ActionName(null, tokens.string("an action"), token.at());
        }
        Name path = path();
        if (tokens.skip("::")) {
            return new ActionName(
                    path.text(), tokens.string("an action's id in quotes"), path.at());
        }
        if (Names.isQualified(path.text())) {
            throw new CedarException(
                    path.at(), "expected an action, as in view or NS::Action::\"view\"");
        }
        return new ActionName(null, path.text(), path.at());
    }

    private ActionDeclaration applied(List<Name> names, List<ActionName> parents, Place at)
            throws CedarException {
        List<Name> principals = null;
        List<Name> resources = null;
        Written context = null;
        tokens.expect("{");
        do {
            Token word = tokens.next();
            boolean twice;
            tokens.expect(":");
            switch (word.text()) {
                case "principal" -> {
                    twice = principals != null;
                    principals = someTypes(word);
                }
                case "resource" -> {
                    twice = resources != null;
                    resources = someTypes(word);
                }
                case "context" -> {
                    twice = context != null;
                    context = tokens.skip("{") ? fields() : new Written.Named(path());
                }
                default -> throw Tokens.unexpected(word, "`principal`, `resource` or `context`");
            }
            if (twice) {
                throw new CedarException(word.at(), "`" + word.text() + "` stands here twice");
            }
            if (!tokens.skip(",") && !tokens.peek().is("}")) {
                throw Tokens.unexpected(tokens.peek(), "`,` or `}`");
            }
        } while (!tokens.skip("}"));
        if (principals == null || resources == null) {
            throw new CedarException(
                    at,
                    "`appliesTo` needs `principal:` and `resource:`; without either the action"
                            + " applies to nothing, and `appliesTo` is left out");
        }
        return new ActionDeclaration(
                names,
                parents,
                principals,
                resources,
                context == null ? new Written.Fields(Map.of()) : context);
    }

    private List<Name> someTypes(Token word) throws CedarException {
        List<Name> types = pathOrPaths();
        if (types.isEmpty()) {
            throw new CedarException(
                    word.at(), "`" + word.text() + ":` needs at least one entity type");
        }
        return types;
    }

    private Written type() throws CedarException {
        Token token = tokens.peek();
        if (++nesting > DEEPEST) {
            throw new CedarException(
                    token.at(), "the type is nested more than " + DEEPEST + " levels deep");
        }
        Written type;
        if (tokens.skip("{")) {
            type = fields();
        } else if (token.isWord("Set") && tokens.peekSecond().is("<")) {
            tokens.next();
            tokens.expect("<");
            type = new Written.Many(type());
            tokens.expect(">");
        } else {
            type = new Written.Named(path());
        }
        nesting--;
        return type;
    }

    /** The rest of a record after its opening brace. */
    private Written.Fields fields() throws CedarException {
        Map<String, Written.Field> fields = new LinkedHashMap<>();
        while (!tokens.skip("}")) {
            annotations();
            Name name = nameOrString();
            Type.Need need = tokens.skip("?") ? Type.Need.OPTIONAL : Type.Need.REQUIRED;
            tokens.expect(":");
            // A name that stands twice means the last, as in the reference implementation.
            fields.put(name.text(), new Written.Field(type(), need));
            if (!tokens.skip(",") && !tokens.peek().is("}")) {
                throw Tokens.unexpected(tokens.peek(), "`,` or `}`");
            }
        }
        return new Written.Fields(fields);
    }
}
