package org.domicile.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Access key and secret as HTTP Basic authentication carries them (RFC 7617). Whether they belong
 * together is for who has the secrets to say, in constant time. A door takes them only when {@link
 * Exchange#confidential}.
 *
 * @param secret as sent; it is not copied
 */
public record BasicLogin(String accessKey, byte[] secret) {
    /** Longer is no pair of ours, and is not looked at. */
    private static final int LONGEST = 512;

    private static final String SCHEME = "Basic ";

    /** What the Authorization fields say; empty when that is no pair, or more than one. */
    public static Optional<BasicLogin> of(Headers headers) {
        List<String> fields = headers.all("Authorization");
        if (fields.size() != 1) {
            return Optional.empty();
        }
        String field = fields.getFirst();
        if (field.length() > LONGEST || !field.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        byte[] pair;
        try {
            pair = Base64.getDecoder().decode(field.substring(SCHEME.length()).strip());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        for (int colon = 0; colon < pair.length; colon++) {
            if (pair[colon] == ':') {
                return Optional.of(
                        new BasicLogin(
                                new String(pair, 0, colon, StandardCharsets.UTF_8),
                                Arrays.copyOfRange(pair, colon + 1, pair.length)));
            }
        }
        return Optional.empty();
    }

    /** The secret stays out of whatever is printed. */
    @Override
    public String toString() {
        return "BasicLogin[" + accessKey + "]";
    }
}
