package org.domicile.query;

import java.nio.charset.StandardCharsets;

/**
 * The smallest file whose footer can be read: one column, one row group, one chunk that holds a
 * text as it is. All its bytes are ASCII, so it can be sent as a text.
 */
public final class TinyParquet {
    private TinyParquet() {}

    /**
     * @param column a name of one letter @param content at most 60 characters of ASCII
     */
    public static String of(char column, String content) {
        int size = content.length();
        if (size > 60) {
            throw new IllegalArgumentException("a byte of the footer would not be ASCII");
        }
        String footer =
                "\u0029\u002C" // 2: schema, two elements
                        + "\u0048\u0001s\u0015\u0002\u0000" // 4: name, 5: one child
                        + "\u0048\u0001"
                        + column
                        + "\u0000"
                        + "\u0016\u0002" // 3: one row
                        + "\u0019\u001C\u0019\u001C\u003C" // 4: row groups, 1: columns, 3: metadata
                        + "\u0039\u0018\u0001"
                        + column // 3: path
                        + "\u0046"
                        + (char) (2 * size) // 7: bytes
                        + "\u0026\u0008" // 9: begins at 4
                        + "\u0000\u0000\u0000\u0000";
        return "PAR1" + content + footer + (char) footer.length() + "\u0000\u0000\u0000PAR1";
    }

    /** The same as bytes. */
    public static byte[] bytes(char column, String content) {
        return of(column, content).getBytes(StandardCharsets.US_ASCII);
    }
}
