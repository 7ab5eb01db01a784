package org.domicile.tables;

import java.util.Arrays;
import java.util.List;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Tuple;

/** The keys, as the package's page lists them. */
final class Layout {
    private static final String SPACE = "t";

    private Layout() {}

    private static Tuple of(String kind, String organisation) {
        return Tuple.of().text(SPACE).text(kind).text(organisation);
    }

    static byte[] namespace(String organisation, NamespaceName name) {
        return levels(organisation, name.levels().size(), name.levels()).pack();
    }

    private static Tuple levels(String organisation, int depth, List<String> levels) {
        Tuple tuple = of("n", organisation).unsigned(depth);
        levels.forEach(tuple::text);
        return tuple;
    }

    /** Namespaces right in one. */
    static Range inside(String organisation, NamespaceName parent) {
        return levels(organisation, parent.levels().size() + 1, parent.levels()).range();
    }

    /** All namespaces of an organisation. */
    static Range namespaces(String organisation) {
        return of("n", organisation).range();
    }

    /** The levels that the key of a namespace ends with. */
    static List<String> levels(byte[] key) {
        return Tuple.unpack(key).stream()
                .skip(4) // space, kind, organisation, depth
                .map(each -> each instanceof Tuple.Part.Text(String text) ? text : "")
                .toList();
    }

    static byte[] entry(String organisation, long namespace, String name) {
        return of("e", organisation).unsigned(namespace).text(name).pack();
    }

    static Range entries(String organisation, long namespace) {
        return of("e", organisation).unsigned(namespace).range();
    }

    static byte[] id(String organisation, String id) {
        return of("i", organisation).text(id).pack();
    }

    static byte[] staged(String organisation, String id) {
        return of("s", organisation).text(id).pack();
    }

    static byte[] carried(String organisation, String id) {
        return of("c", organisation).text(id).pack();
    }

    static byte[] fed(String organisation, String id) {
        return of("f", organisation).text(id).pack();
    }

    static byte[] once(String organisation, byte[] key) {
        return of("o", organisation).bytes(key).pack();
    }

    static byte[] load(String organisation, String id, byte[] digest) {
        return of("l", organisation).text(id).bytes(digest).pack();
    }

    /** Everything of a kind, whoever's. */
    static Range all(String kind) {
        return Tuple.of().text(SPACE).text(kind).range();
    }

    /** In BODIES. */
    static byte[] piece(String id, long version, int piece) {
        return Tuple.of().text(SPACE).text("m").text(id).unsigned(version).unsigned(piece).pack();
    }

    /** In BODIES: all pieces of one version. */
    static Range pieces(String id, long version) {
        return Tuple.of().text(SPACE).text("m").text(id).unsigned(version).range();
    }

    /** What is left of a range behind a key. */
    static Range behind(Range range, byte[] key) {
        return new Range(Arrays.copyOf(key, key.length + 1), range.to());
    }

    /** The text that a key ends with. */
    static String last(byte[] key) {
        return Tuple.unpack(key).getLast() instanceof Tuple.Part.Text(String text) ? text : "";
    }
}
