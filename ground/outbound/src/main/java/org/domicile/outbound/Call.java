package org.domicile.outbound;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * What a site is asked over a {@link Link}.
 *
 * @param method in capitals
 * @param path as it is sent, below the site's own: it begins with a slash, and none of its segments
 *     is {@code .} or {@code ..}
 * @param query as it is sent, without the question mark; empty for none
 * @param fields without Host, Content-Length and Connection, which are said here
 * @param body what is sent along
 */
public record Call(
        String method, String path, String query, Map<String, String> fields, Sending body) {
    private static final String PATH = "/[!$&'()*+,;=:@A-Za-z0-9._~%/-]*";
    private static final String QUERY = "[!$&'()*+,;=:@A-Za-z0-9._~%/?-]*";
    private static final String NAME = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    /** Refuses what could be read otherwise than it was meant. */
    public Call {
        fields = Map.copyOf(fields);
        boolean dots = (path + "/").contains("/../") || (path + "/").contains("/./");
        if (!method.matches("[A-Z]+") || !path.matches(PATH) || dots || !query.matches(QUERY)) {
            throw new IllegalArgumentException("no request: " + method + " " + path);
        }
        fields.forEach((name, value) -> {
            if (!name.matches(NAME) || value.chars().anyMatch(c -> c < 0x20 || c > 0x7E)) {
                throw new IllegalArgumentException("no field of a request: " + name);
            }
        });
    }

    /** A body on its way out. */
    public interface Sending {
        /** Nothing. */
        Sending NOTHING =
                new Sending() {
                    @Override
                    public long length() {
                        return 0;
                    }

                    @Override
                    public void to(OutputStream out) {}
                };

        /** These bytes. */
        static Sending of(byte[] bytes) {
            return new Sending() {
                @Override
                public long length() {
                    return bytes.length;
                }

                @Override
                public void to(OutputStream out) throws IOException {
                    out.write(bytes);
                }
            };
        }

        /** How many bytes it has. */
        long length();

        /** Writes exactly so many. */
        void to(OutputStream out) throws IOException;
    }
}
