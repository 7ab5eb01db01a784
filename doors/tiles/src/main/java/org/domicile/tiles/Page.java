package org.domicile.tiles;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.domicile.guard.GuardedLogs.PublicLog;

/** The page at {@code /ledger/}, for people: which logs everybody may read, and with which keys. */
final class Page {
    /** Nothing but the page itself and its own style. */
    static final String SECURITY =
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

    private Page() {}

    /** Lets a page's own script and style run and nothing else, and no connection be opened. */
    static String securityOf(byte[] html) {
        String page = new String(html, StandardCharsets.UTF_8);
        int from = page.indexOf("<script>") + "<script>".length();
        int to = page.indexOf("</script>");
        if (to < from) {
            return SECURITY;
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(page.substring(from, to).getBytes(StandardCharsets.UTF_8));
            return SECURITY
                    + "; img-src data:; base-uri 'none'; form-action 'none'; script-src 'sha256-"
                    + Base64.getEncoder().encodeToString(digest)
                    + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static String of(List<PublicLog> logs) {
        StringBuilder page =
                new StringBuilder(
                        """
                        <!doctype html>
                        <html lang="en">
                        <head>
                        <meta charset="utf-8">
                        <meta name="viewport" content="width=device-width">
                        <title>The ledger</title>
                        <style>
                        body { font: 1rem/1.5 sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem }
                        pre { overflow-x: auto; background: #eee; color: #111; padding: .5rem }
                        </style>
                        </head>
                        <body>
                        <h1>The ledger</h1>
                        <p>These logs are for everybody. They are C2SP tlog-tiles: what is in them can be
                        checked with programs that we did not write, and nothing in them can be changed
                        unseen. Keep the keys and, now and then, a checkpoint: with them you can show that
                        the log you see later is the one you see now.</p>
                        """);
        for (PublicLog log : logs) {
            String name = text(log.name());
            page.append("<h2>").append(name).append("</h2>\n");
            page.append("<p>Origin: <code>").append(text(log.origin())).append("</code><br>\n");
            page.append("Files below: <code>/ledger/").append(name).append("/</code><br>\n");
            page.append("Newest: <a href=\"")
                    .append(name)
                    .append("/checkpoint\">checkpoint</a></p>\n");
            page.append("<p>Keys that verify its checkpoints:</p>\n<pre>");
            log.verifierKeys().forEach(key -> page.append(text(key)).append('\n'));
            page.append("</pre>\n");
        }
        return page.append(
                        """
                        <p><a href="verify">Check a proof in this browser</a>: nothing is sent anywhere.</p>
                        <p>The log of an organisation's uses lies below
                        <code>/ledger/use/ORGANISATION/NODE/</code>. The organisation reads it with an
                        access key and its secret as user name and password; each reading is itself a use.</p>
                        </body>
                        </html>
                        """)
                .toString();
    }

    private static String text(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
