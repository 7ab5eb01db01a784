package org.domicile.s3;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Writes a document into one buffer. By hand, because a listing is most of what S3 says: a writer
 * that knows its tags needs a tenth of the time.
 *
 * <p>Characters that XML 1.0 cannot hold (control characters, U+FFFE, U+FFFF) are written as
 * character references, as S3 writes them; {@code encoding-type=url} is for clients whose parser
 * refuses those.
 */
final class XmlOut {
    private static final String PROLOGUE = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    private static final String NAMESPACE = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    private static final int LONGEST_REFERENCE = 8;
    private static final int MOST_DIGITS = 19;

    private byte[] bytes;
    private int at;

    /** The last date's day, and where it stands: most of a listing is of few days. */
    private long day = Long.MIN_VALUE;

    private int dayAt;

    private XmlOut(int room) {
        bytes = new byte[room];
    }

    /** A document of S3's namespace, its root open. */
    static XmlOut document(String root, int room) {
        XmlOut out = new XmlOut(room);
        out.raw(PROLOGUE);
        out.raw("<");
        out.raw(root);
        out.raw(NAMESPACE);
        return out;
    }

    /** A document whose root is open. @param root its name, attributes and the closing angle */
    static XmlOut begin(String root) {
        XmlOut out = new XmlOut(1_024);
        out.raw(PROLOGUE);
        out.raw("<");
        out.raw(root);
        return out;
    }

    /** An error's document, which has no namespace. */
    static XmlOut error() {
        XmlOut out = new XmlOut(512);
        out.raw(PROLOGUE);
        return out.open("Error");
    }

    XmlOut open(String tag) {
        room(tag.length() + 2);
        bytes[at++] = '<';
        ascii(tag);
        bytes[at++] = '>';
        return this;
    }

    XmlOut close(String tag) {
        room(tag.length() + 3);
        bytes[at++] = '<';
        bytes[at++] = '/';
        ascii(tag);
        bytes[at++] = '>';
        return this;
    }

    /** An element with a text. */
    XmlOut element(String tag, String text) {
        open(tag);
        text(text);
        return close(tag);
    }

    XmlOut element(String tag, long number) {
        open(tag);
        number(number);
        return close(tag);
    }

    /** An ETag with its quotes. @param etag without them */
    XmlOut etag(String etag) {
        open("ETag");
        raw("&quot;");
        raw(etag);
        raw("&quot;");
        return close("ETag");
    }

    /** What {@link #fixed} made. */
    XmlOut add(byte[] markup) {
        room(markup.length);
        System.arraycopy(markup, 0, bytes, at, markup.length);
        at += markup.length;
        return this;
    }

    /** Markup that stands between the texts of every entry of a long document. */
    static byte[] fixed(String markup) {
        return markup.getBytes(StandardCharsets.US_ASCII);
    }

    XmlOut date(Instant instant) {
        room(Dates.ISO);
        if (Dates.day(instant) == day) {
            System.arraycopy(bytes, dayAt, bytes, at, Dates.ISO_DAY);
            Dates.time(instant, bytes, at + Dates.ISO_DAY);
        } else {
            Dates.iso(instant, bytes, at);
            day = Dates.day(instant);
            dayAt = at;
        }
        at += Dates.ISO;
        return this;
    }

    /** A number that is not negative. */
    XmlOut number(long number) {
        room(MOST_DIGITS);
        int end = at;
        long rest = number;
        do {
            end++;
            rest /= 10;
        } while (rest > 0);
        rest = number;
        for (int i = end - 1; i >= at; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        at = end;
        return this;
    }

    /** Closes the root. */
    ByteBuffer done(String root) {
        close(root);
        return ByteBuffer.wrap(bytes, 0, at);
    }

    /** ASCII without anything to escape. */
    XmlOut raw(String text) {
        room(text.length());
        ascii(text);
        return this;
    }

    @SuppressWarnings("deprecation") // the one copy without a charset's detour; the text is ASCII
    private void ascii(String text) {
        text.getBytes(0, text.length(), bytes, at);
        at += text.length();
    }

    void text(String text) {
        int length = text.length();
        int plain = 0;
        while (plain < length && plain(text.charAt(plain))) {
            plain++;
        }
        if (plain == length) {
            raw(text);
            return;
        }
        for (int i = 0; i < length; i++) {
            room(LONGEST_REFERENCE);
            char c = text.charAt(i);
            if (c >= 0x80) {
                if (Character.isHighSurrogate(c) && i + 1 < length) {
                    four(Character.toCodePoint(c, text.charAt(++i)));
                } else {
                    wide(c);
                }
                continue;
            }
            switch (c) {
                case '&' -> ascii("&amp;");
                case '<' -> ascii("&lt;");
                case '>' -> ascii("&gt;");
                case '"' -> ascii("&quot;");
                default -> {
                    if (c < ' ') {
                        reference(c);
                    } else {
                        bytes[at++] = (byte) c;
                    }
                }
            }
        }
    }

    private static boolean plain(char c) {
        return c >= ' ' && c < 0x80 && c != '&' && c != '<' && c != '>' && c != '"';
    }

    private void wide(char c) {
        if (c < 0x800) {
            bytes[at++] = (byte) (0xc0 | c >> 6);
        } else if (c >= 0xfffe || Character.isSurrogate(c)) {
            reference(c);
            return;
        } else {
            bytes[at++] = (byte) (0xe0 | c >> 12);
            bytes[at++] = (byte) (0x80 | c >> 6 & 0x3f);
        }
        bytes[at++] = (byte) (0x80 | c & 0x3f);
    }

    private void four(int point) {
        bytes[at++] = (byte) (0xf0 | point >> 18);
        bytes[at++] = (byte) (0x80 | point >> 12 & 0x3f);
        bytes[at++] = (byte) (0x80 | point >> 6 & 0x3f);
        bytes[at++] = (byte) (0x80 | point & 0x3f);
    }

    private void reference(char c) {
        ascii("&#x");
        ascii(Integer.toHexString(c));
        bytes[at++] = ';';
    }

    private void room(int more) {
        if (bytes.length - at < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + more));
        }
    }
}
