package org.domicile.iam;

/** The text of a document, which knows the line and column of each of its characters. */
record Source(String text) {
    IamException wrong(int at, String problem) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < Math.min(at, text.length()); i++) {
            if (text.charAt(i) == '\n') {
                line++;
                start = i + 1;
            }
        }
        return new IamException(line, at - start + 1, problem);
    }
}
