package org.domicile.moving;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Listings of one side, name by name. */
class NamesTest {
    /** Versions as "name:id", newest first within a name, in pages of so many. */
    private static Names<String> names(int page, String... versions) {
        return new Names<>(pages(List.of(versions), page), each -> each.split(":", -1)[0]);
    }

    private static Names.Pages<String> pages(List<String> left, int size) {
        return () -> {
            List<String> page = left.subList(0, Math.min(size, left.size()));
            List<String> rest = left.subList(page.size(), left.size());
            return new Names.Page<>(page, rest.isEmpty() ? null : pages(rest, size));
        };
    }

    @Test
    void namesSpanPagesAndTheirVersionsAreTurned() {
        for (int page = 1; page <= 6; page++) {
            Names<String> names = names(page, "a:3", "a:2", "a:1", "b:1", "c:2", "c:1");
            List<String> seen = new ArrayList<>();
            for (Optional<Names.Group<String>> next = names.next();
                    next.isPresent();
                    next = names.next()) {
                seen.addAll(next.get().versions());
            }
            assertEquals(List.of("a:1", "a:2", "a:3", "b:1", "c:1", "c:2"), seen);
        }
    }

    @Test
    void oneSideFollowsTheOther() {
        Names<String> names = names(2, "b:2", "b:1", "d:1", "ü:1");
        assertEquals(Optional.of(List.of()), names.of("a"));
        assertEquals(Optional.of(List.of("b:1", "b:2")), names.of("b"));
        assertEquals(Optional.of(List.of()), names.of("c"));
        assertEquals(Optional.of(List.of("d:1")), names.of("d"));
        // the other side sorts otherwise: this listing cannot tell any more
        assertEquals(Optional.empty(), names.of("b"));
        assertEquals(Optional.of(List.of()), names.of("z"));
        assertEquals(Optional.of(List.of("ü:1")), names.of("ü"));
        assertEquals(Optional.of(List.of()), names.of("\uD83D\uDE00"));
    }

    /** UTF-8's order, which is not that of Java's characters. */
    @Test
    void namesSortByTheirBytes() {
        assertEquals(-1, Integer.signum(Names.compare("\uFFFD", "\uD83D\uDE00")));
        assertEquals(-1, Integer.signum(Names.compare("Z", "a")));
        assertEquals(0, Names.compare("a", "a"));
    }

    @Test
    void allIsCounted() {
        assertEquals(
                new Names.Count(5, 11),
                Names.count(
                        pages(List.of("a:3", "a:2", "a:1", "b:4", "b:1"), 2),
                        each -> Long.parseLong(each.split(":", -1)[1])));
    }
}
