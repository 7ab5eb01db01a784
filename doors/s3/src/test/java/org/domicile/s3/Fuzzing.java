package org.domicile.s3;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Where Jazzer comes in. Its process is told the target, because it fuzzes one in its life. Public,
 * with a method of this name, because Jazzer looks for it.
 */
public final class Fuzzing {
    /** The property that names the target. */
    static final String TARGET = "domicile.fuzz.target";

    /** Not a target: all parsers in one process, an input's first byte saying which. */
    static final String PARSERS = "parsers";

    /** Not a target: something that is wrong, to see that the fuzzer finds it. */
    static final String PLANTED = "planted";

    private static final FuzzTarget.Property PROPERTY = property(System.getProperty(TARGET, ""));

    private Fuzzing() {}

    private static FuzzTarget.Property property(String word) {
        return switch (word) {
            case PARSERS -> Fuzzing::parser;
            case PLANTED -> Fuzzing::planted;
            default -> FuzzTarget.of(word)::check;
        };
    }

    private static FuzzTarget.Outcome parser(byte[] input) throws Exception {
        if (input.length == 0) {
            return FuzzTarget.Outcome.REFUSED;
        }
        FuzzTarget target = FuzzTarget.PARSERS.get((input[0] & 0xff) % FuzzTarget.PARSERS.size());
        return target.check(Arrays.copyOfRange(input, 1, input.length));
    }

    /** What a target needs once is made before inputs have to be quick. */
    public static void fuzzerInitialize() throws Exception {
        PROPERTY.check(new byte[0]);
    }

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        PROPERTY.check(input);
    }

    /** A parser that ends badly at what nobody would guess without looking into it. */
    private static FuzzTarget.Outcome planted(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        if (text.startsWith("bytes=") && text.endsWith(",")) {
            throw new IllegalStateException("planted");
        }
        return FuzzTarget.Outcome.REFUSED;
    }
}
