;;; Drives the language server from Emacs's eglot: emacs --batch -l eglot.el  -*- lexical-binding: t -*-
;; SETUP: what a user has in init.el; SPELL: the file. One line for each thing that works.
(load (expand-file-name "steps" (file-name-directory load-file-name)))
(require 'eglot)
(require 'lua-mode)
(require 'flymake)

(defun reported ()
  (seq-some (lambda (found) (string-match-p "undefined_thing" (flymake-diagnostic-text found)))
            (flymake-diagnostics)))

(load (getenv "SETUP"))
(setq eglot-sync-connect 30
      eglot-autoreconnect nil
      eglot-confirm-server-initiated-edits nil)
(find-file (getenv "SPELL"))
(run-hooks 'post-command-hook) ; nobody types here, and that is when `eglot-ensure' begins
(check (eglot-current-server) "initialize")
(flymake-start)
(check (wait #'reported) "diagnostics")
(go-to "total = shop.pri")
(let ((hover (jsonrpc-request (eglot-current-server) :textDocument/hover
                              (eglot--TextDocumentPositionParams))))
  (check (string-match-p "How much something costs" (format "%s" hover)) "hover"))
(let* ((found (run-hook-wrapped 'completion-at-point-functions #'completion--capf-wrapper 'all))
       (table (nth 3 found)))
  (check (member "price" (all-completions "pri" table)) "completion"))
(let ((found (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot))))
  (check (and found (= 6 (xref-location-line (xref-item-location (car found))))) "definition"))
(go-to "local tot")
(eglot-rename "sum")
(check (and (line-there "local sum = ") (line-there "print(sum,")) "rename")
(set-buffer-modified-p nil)
(eglot-shutdown (eglot-current-server))
(check (not (eglot-current-server)) "shutdown")
