;;; Drives the language server from Emacs's eglot: emacs --batch -l emacs.el  -*- lexical-binding: t -*-
;; SETUP: what a user has in init.el; SPELL: the file. One line for each thing that works.
(require 'package)
(package-initialize)
(require 'eglot)
(require 'lua-mode)
(require 'flymake)

(defun check (fine name)
  (princ (format "%s %s\n" (if fine "ok" "FAIL") name))
  (unless fine (kill-emacs 1)))

(defun wait (condition)
  (let ((end (+ (float-time) 30)) found)
    (while (and (not (setq found (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    found))

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
(goto-char (point-min))
(search-forward "total = shop.pri")
(let ((hover (jsonrpc-request (eglot-current-server) :textDocument/hover
                              (eglot--TextDocumentPositionParams))))
  (check (string-match-p "How much something costs" (format "%s" hover)) "hover"))
(let* ((found (run-hook-wrapped 'completion-at-point-functions #'completion--capf-wrapper 'all))
       (table (nth 3 found)))
  (check (member "price" (all-completions "pri" table)) "completion"))
(let ((found (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot))))
  (check (and found (= 6 (xref-location-line (xref-item-location (car found))))) "definition"))
(goto-char (point-min))
(search-forward "local tot")
(eglot-rename "sum")
(check (save-excursion
         (goto-char (point-min))
         (and (search-forward "local sum = " nil t) (search-forward "print(sum," nil t)))
       "rename")
(set-buffer-modified-p nil)
(eglot-shutdown (eglot-current-server))
(check (not (eglot-current-server)) "shutdown")
