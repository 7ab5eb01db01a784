package org.domicile.sql;

import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/** What came of a statement. */
sealed interface Running {
    /** It is done. @param tag as CommandComplete has it */
    record Done(String tag) implements Running {}

    /** Rows come. @param tag of so many rows @param keep whether another owns the rows */
    record Rows(Feed feed, LongFunction<String> tag) implements Running {}

    /** A portal: a statement with its values, and how far it came. */
    final class Portal {
        final String name;
        final Statement statement;
        final Given given;
        final List<Integer> formats;
        final boolean hold;
        Optional<Running> running = Optional.empty();
        boolean ended;
        long sent;

        Portal(String name, Statement statement, Given given, List<Integer> formats, boolean hold) {
            this.name = name;
            this.statement = statement;
            this.given = given;
            this.formats = formats;
            this.hold = hold;
        }

        void close() {
            running.ifPresent(each -> {
                if (each instanceof Rows(Feed feed, LongFunction<String> _)) {
                    feed.close();
                }
            });
            running = Optional.empty();
        }
    }
}
