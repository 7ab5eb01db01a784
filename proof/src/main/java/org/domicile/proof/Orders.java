package org.domicile.proof;

import java.io.IOException;
import java.util.List;

/** Something that takes orders about tables, as proof/engines/README.md has them. */
interface Orders {
    /**
     * Gives an order and waits for its end.
     *
     * @return the rows, each a text
     * @throws Failed when it could not be done @throws IOException when there was no answer
     */
    List<String> ask(String... words) throws IOException, Failed;

    /** It could not do what it was told, and says why. */
    final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        Failed(String why) {
            super(why);
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }
}
